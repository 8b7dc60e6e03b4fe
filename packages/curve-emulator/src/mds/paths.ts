import { StatusCode } from '../proto/nameserver2_pb.js';
import { StatusFailure } from '../rpc/status-failure.js';

/**
 * The components of an absolute path; none for `/`.
 *
 * @throws StatusFailure kParaError (protocol 4.4)
 */
export function components(path: string): string[] {
  if (path === '/') return [];
  const [before, ...rest] = path.split('/');
  if (before !== '' || rest.length === 0 || rest.includes('')) throw new StatusFailure(StatusCode.kParaError);
  return rest;
}

/** The components of what need not be a path: some calls overlook slashes that are missing or too many. */
export function looseComponents(path: string): string[] {
  return path.split('/').filter(name => name !== '');
}

/** Whether one path is the other, or a directory above it. */
export function isPrefix(path: string, of: string): boolean {
  return path === '/' || of === path || of.startsWith(`${path}/`);
}
