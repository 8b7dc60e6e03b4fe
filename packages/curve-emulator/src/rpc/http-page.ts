import type { Socket } from 'node:net';

/** The pages of a server beside its RPCs, as brpc serves them: text by the rest of the path, undefined for none. */
export type Pages = Readonly<Record<string, (rest: string) => string | undefined>>;

/** A request for a page, as far as it is looked at. */
export interface PageRequest {
  /** First part of the path, such as `vars`. */
  readonly page: string;
  /** What follows it. */
  readonly rest: string;
}

/** The longest head of a request, in bytes. */
const maxHead = 64 * 1024;

/** Whether bytes begin an HTTP request; brpc serves HTTP on the port of its RPCs too. */
export function looksLikeHttp(bytes: Buffer): boolean {
  return /^(?:GET|HEAD) \//.test(bytes.toString('latin1', 0, 6));
}

/** The request in these bytes; undefined while its head is not there in full, null when it never will be. */
export function parsePageRequest(bytes: Buffer): PageRequest | undefined | null {
  const text = bytes.toString('latin1');
  if (!text.includes('\r\n\r\n')) return bytes.length > maxHead ? null : undefined;
  const target = /^\w+ \/([^ ?]*)[^ ]* HTTP/.exec(text)?.[1];
  if (target === undefined) return null;
  const slash = target.indexOf('/');
  return slash < 0
    ? { page: target, rest: '' }
    : { page: target.slice(0, slash), rest: target.slice(slash + 1) };
}

/** Answers a request for a page, and ends the connection. */
export function answerPage(socket: Socket, { page, rest }: PageRequest, pages: Pages): void {
  // By `/health` clients tell a busy chunkserver from a dead one (protocol 4.9).
  const body = page === 'health' ? 'OK\n' : pages[page]?.(rest);
  const [status, text] = body === undefined ? ['404 Not Found', missing(page, rest)] : ['200 OK', body];
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  );
}

function missing(page: string, rest: string): string {
  return page === 'vars' ? `[E1002]Fail to find any bvar by \`${rest}'` : 'Not Found\n';
}
