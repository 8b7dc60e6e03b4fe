import { once } from 'node:events';
import { chmodSync, existsSync } from 'node:fs';
import { lstat, readFile, readlink, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname, resolve } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { NbdError } from '../nbd-error.js';
import { isLoopback, NBD_PORT, type NbdAddress } from './address.js';

/** A socket that is listened on. */
export interface Listener {
  readonly server: Server;
  /** Where it is, for URIs. */
  readonly bound: { path: string } | { host: string; port: number };
}

/** @throws NbdError `LISTEN_FAILED`, `UNENCRYPTED` */
export async function listen(
  address: NbdAddress,
  isProtected: boolean,
  onConnection: (socket: Socket) => void,
): Promise<Listener> {
  // The last replies are sent also to a client that has closed its side.
  const server = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, onConnection);
  if ('port' in address || 'host' in address || !('socket' in address || 'fd' in address)) {
    checkProtected(address.host ?? '127.0.0.1', isProtected);
  }
  try {
    if ('socket' in address) await removeStale(address.socket);
    start(server, address);
    await once(server, 'listening');
  } catch (error) {
    server.close();
    throw cannotListen(address, error);
  }
  const bound = server.address();
  if (bound === null || typeof bound === 'string') {
    return { server, bound: { path: bound || ('fd' in address ? await pathOf(address.fd) : '') } };
  }
  try {
    checkProtected(bound.address, isProtected);
  } catch (error) {
    server.close();
    throw error;
  }
  return { server, bound: { host: bound.address, port: bound.port } };
}

function start(server: Server, address: NbdAddress): void {
  if ('fd' in address) {
    server.listen({ fd: address.fd });
  } else if ('socket' in address) {
    const mode = address.mode ?? 0o600;
    // The socket is made during this call; nobody shall find it open in between.
    const before = isMainThread ? process.umask(0o777 & ~mode) : undefined;
    try {
      server.listen({ path: resolve(address.socket) });
    } finally {
      if (before !== undefined) process.umask(before);
    }
    server.once('listening', () => chmodSync(address.socket, mode));
  } else {
    server.listen({ port: address.port ?? NBD_PORT, host: address.host ?? '127.0.0.1' });
  }
}

/** Where a Unix socket is that somebody else has bound, as far as the system tells; Node.js does not. */
async function pathOf(fd: number): Promise<string> {
  try {
    const [, inode] = (await readlink(`/proc/self/fd/${fd}`)).match(/^socket:\[(\d+)\]$/) ?? [];
    const sockets = await readFile('/proc/net/unix', 'utf8');
    return sockets.match(new RegExp(`^(?:\\S+ +){6}${inode} (.+)$`, 'm'))?.[1] ?? '';
  } catch {
    return '';
  }
}

/** Takes away a socket that nobody listens on any more. */
async function removeStale(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (!found?.isSocket()) return;
  const probe = connect(path);
  try {
    await once(probe, 'connect');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') await rm(path, { force: true });
  } finally {
    probe.destroy();
  }
}

function checkProtected(host: string, isProtected: boolean): void {
  if (isProtected || isLoopback(host)) return;
  throw new NbdError(
    'UNENCRYPTED',
    `${host} is an address that other machines reach: without TLS whoever does can read and write all exports`,
  );
}

function cannotListen(address: NbdAddress, error: unknown): NbdError {
  const where =
    'socket' in address
      ? address.socket
      : 'fd' in address
        ? `descriptor ${address.fd}`
        : `${address.host ?? '127.0.0.1'}:${address.port ?? NBD_PORT}`;
  const { code, message } = error as NodeJS.ErrnoException;
  // The system's own word for a missing folder does not get here.
  const isLost = 'socket' in address && !existsSync(dirname(address.socket));
  const why = isLost ? 'its folder is not there' : code === 'EADDRINUSE' ? 'somebody else does' : message;
  return new NbdError('LISTEN_FAILED', `cannot listen on ${where}: ${why}`, { cause: error });
}
