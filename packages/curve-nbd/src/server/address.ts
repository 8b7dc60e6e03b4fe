import { isIP } from 'node:net';

/** Where a server listens: a Unix socket, a TCP port, or a socket that is open already. */
export type NbdAddress = UnixAddress | TcpAddress | OpenSocket;

/** A Unix socket. */
export interface UnixAddress {
  /** Path of the socket; only its owner may use it unless `mode` says otherwise. */
  readonly socket: string;
  /**
   * Permissions of the socket.
   *
   * @default 0o600
   */
  readonly mode?: number | undefined;
}

/** A TCP port. */
export interface TcpAddress {
  /**
   * 0 for any that is free; 10809 is NBD's own.
   *
   * @default 10809
   */
  readonly port?: number | undefined;
  /**
   * Address or name of this machine. One that other machines reach needs TLS, or `unencrypted`.
   *
   * @default 127.0.0.1
   */
  readonly host?: string | undefined;
}

/** A listening socket that was handed to this process. */
export interface OpenSocket {
  /** Its descriptor. */
  readonly fd: number;
}

/** NBD's port. */
export const NBD_PORT = 10_809;

/** Whether only this machine reaches an address. */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^::ffff:/i, '');
  if (isIP(address) === 4) return address.startsWith('127.');
  return address === '::1' || address.toLowerCase() === 'localhost';
}

/** An export's address as the NBD URI specification has it (doc/uri.md). */
export function uriOf(
  address: { path: string } | { host: string; port: number },
  name: string,
  secure: boolean,
): string {
  const scheme = secure ? 'nbds' : 'nbd';
  const path = name.split('/').map(encodeURIComponent).join('/');
  if ('path' in address) return `${scheme}+unix:///${path}?socket=${encodeURIComponent(address.path)}`;
  const host = isIP(address.host) === 6 ? `[${address.host}]` : address.host;
  return `${scheme}://${host}:${address.port}/${path}`;
}
