import type { Socket } from 'node:net';

/** Milliseconds that a client has to close its side, once all is said. */
const LINGER = 1000;

/** A connection that is closed with bytes unread is reset, and the last replies with it: so the client closes first. */
export function endGently(socket: Socket): void {
  if (socket.destroyed || socket.writableEnded) return;
  socket.end();
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER).unref();
}
