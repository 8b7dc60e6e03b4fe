import { Socket } from 'node:net';

/** Who takes a connection's bytes. */
export interface Receiver {
  /** Where the next bytes shall go. */
  memory(): Uint8Array;
  /** So many have come to the beginning of what was given last. */
  received(length: number, memory: Uint8Array): void;
}

/** What Node.js does not declare: a socket's connection, which another can be made of. */
interface Connected {
  _handle?: { readonly fd?: number } | null;
}

/** The system's own connection under a socket, if it has one, and nothing to send still. */
function handleOf(socket: Socket): Connected['_handle'] {
  const { _handle } = socket as Socket & Connected;
  const isFree = !socket.destroyed && !socket.readableEnded && socket.writableLength === 0;
  return socket.constructor === Socket && isFree ? _handle : undefined;
}

/** The descriptor of a socket's connection, where another can go on with that: not with TLS. */
export function connectionOf(socket: Socket): number | undefined {
  const fd = handleOf(socket)?.fd;
  return fd !== undefined && fd >= 0 ? fd : undefined;
}

/**
 * Receives what a connection sends in memory that the receiver chooses, without a buffer of its own for each time. Node.js
 * has that for clients (`onread` of `net.connect`), so a socket like theirs is made of the accepted connection.
 *
 * @returns the socket to go on with; the same one if it has no connection of the system's own, as with TLS, or something to
 * send still
 */
export function receiveInto(socket: Socket, receiver: Receiver): Socket {
  const handle = handleOf(socket);
  if (!handle) {
    socket.on('data', (chunk: Buffer) => receiver.received(chunk.length, chunk));
    return socket;
  }
  (socket as Socket & Connected)._handle = null;
  socket.destroy();
  const onread = {
    buffer: () => receiver.memory(),
    callback: (length: number, memory: Uint8Array) => {
      receiver.received(length, memory);
      return true;
    },
  };
  const options = { handle, allowHalfOpen: true, onread };
  return new Socket(options as unknown as ConstructorParameters<typeof Socket>[0]);
}
