import { resolve } from 'node:path';
import type { NbdAddress } from '@curve-wcs/curve-nbd';
import { usageError } from '../../cli-error.js';
import type { CliIo } from '../../cli-io.js';

/** The first descriptor that a service manager hands over (sd_listen_fds(3)). */
const FIRST_FD = 3;

/**
 * Where `curvecmd nbd` listens: what its options say, else what a service manager has opened for it, else nothing is
 * said.
 */
export function nbdAddresses(
  listen: readonly string[],
  sockets: readonly string[],
  { env, cwd }: Pick<CliIo, 'env' | 'cwd'>,
): NbdAddress[] {
  const named = [...sockets.map(path => ({ socket: resolve(cwd, path) })), ...listen.map(tcpAddress)];
  return named.length > 0 ? named : activated(env);
}

function tcpAddress(text: string): NbdAddress {
  const [, bracketed, plain, number] = text.match(/^(?:(?:\[([^\]]+)\]|([^:[\]]+)):)?(\d{1,5})$/) ?? [];
  const port = Number(number);
  if (number === undefined || port > 65_535) {
    throw usageError(`--listen must be HOST:PORT or a port; it is ${JSON.stringify(text)}`);
  }
  const host = bracketed ?? plain;
  return host === undefined ? { port } : { host, port };
}

function activated(env: CliIo['env']): NbdAddress[] {
  const count = Number(env['LISTEN_FDS']);
  if (!(count > 0) || Number(env['LISTEN_PID']) !== process.pid) return [];
  return Array.from({ length: count }, (_, index) => ({ fd: FIRST_FD + index }));
}
