import type { Socket } from 'node:net';

/** Whether bytes begin an HTTP request; brpc serves HTTP on the port of its RPCs too. */
export function looksLikeHttp(bytes: Buffer): boolean {
  return /^(?:GET|HEAD) \//.test(bytes.toString('latin1', 0, 6));
}

/** Answers `GET /health`, by which clients tell a busy chunkserver from a dead one (protocol 4.9). */
export function answerHttp(socket: Socket, bytes: Buffer): void {
  const healthy = /^(?:GET|HEAD) \/health[ ?]/.test(bytes.toString('latin1', 0, 16));
  const [status, body] = healthy ? ['200 OK', 'OK\n'] : ['404 Not Found', 'Not Found\n'];
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
}
