import { isIP } from 'node:net';
import { isLoopbackHost } from '../outbound/destination.js';
import { header, type RequestContext } from './request-context.js';
import { ServiceError } from './service-error.js';

/** The names under which the emulator may be spoken to, besides those that nobody else can make lead here. */
export type AllowedHosts = readonly string[] | 'any';

/**
 * Refuses requests that go by a name which anyone may have made to lead here: pages of such a name are free to do all
 * that a browser of this machine can (DNS rebinding). Addresses, names of this machine and names without a dot, as
 * containers have, are nobody's to give.
 *
 * @throws ServiceError 403
 */
export function checkHost(context: RequestContext): void {
  const host = header(context, 'host');
  if (host === undefined || context.allowedHosts === 'any') return;
  const name = host.replace(/:\d*$/, '').toLowerCase();
  const bare = name.replace(/^\[|\]$/g, '');
  const safe = isIP(bare) !== 0 || isLoopbackHost(name) || !bare.includes('.') || bare.endsWith('.internal');
  if (safe || context.allowedHosts.includes(bare)) return;
  throw new ServiceError(403, `not under the name ${host}; the option allowedHosts can allow it`);
}
