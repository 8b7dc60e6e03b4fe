import type { RequestContext } from '../http/request-context.js';
import { header } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import { isLoopbackHost } from '../outbound/destination.js';

/**
 * Lets only this machine steer the emulator. A browser of this machine may be showing somebody else's page: its
 * requests are recognised by their origin, and by a host name that was made to lead here.
 *
 * @throws ServiceError 403
 */
export function requireLocal(context: RequestContext): void {
  if (!isLoopbackAddress(context.remoteAddress)) throw new ServiceError(403, 'only for this machine');
  const host = header(context, 'host');
  if (host !== undefined && !isLoopbackHost(host.replace(/:\d+$/, ''))) {
    throw new ServiceError(403, `only under a name of this machine, not ${host}`);
  }
  const origin = header(context, 'origin');
  if (origin !== undefined && origin !== `http://${host}`) {
    throw new ServiceError(403, `not for pages of ${origin}`);
  }
}

function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}
