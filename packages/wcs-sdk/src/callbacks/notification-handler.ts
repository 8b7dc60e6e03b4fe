import type { IncomingMessage } from 'node:http';
import { requireObject } from '../check-arguments.js';
import { invalidArgument, type WcsError } from '../errors.js';
import { type JobNotification, parseNotification } from './notification.js';
import { type ReceiverOptions, type RequestHandler, receiver, refused } from './receive.js';

/** Options of {@link createNotificationHandler}. */
export interface NotificationHandlerOptions extends ReceiverOptions {
  /** Called for each notification. Where it fails, the service tries again: 3 times at once, 5 times a minute apart. */
  onNotification: (notification: JobNotification, request: IncomingMessage) => unknown;
  /**
   * Whether a request may be a notification, such as by a secret in the address that you gave to the service; others
   * are answered 401. Notifications are not signed. Default: all may.
   */
  authorize?: (request: IncomingMessage) => boolean | Promise<boolean>;
}

/**
 * A request handler for the notifications that the service sends when asynchronous jobs are over (wcs-api §1.6).
 *
 * @throws WcsError `INVALID_ARGUMENT` if an option is wrong
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { createNotificationHandler } from '@curve-wcs/wcs-sdk';
 *
 * const server = createServer(
 *   createNotificationHandler({
 *     authorize: request => request.url === '/notified/some-long-secret',
 *     onNotification: ({ id, code }) => console.log(id, code),
 *   }),
 * );
 * ```
 */
export function createNotificationHandler(options: NotificationHandlerOptions): RequestHandler {
  requireObject('options', options);
  const { onNotification, authorize } = options;
  if (typeof onNotification !== 'function') {
    throw invalidArgument('onNotification', 'a function', onNotification);
  }
  return receiver(options, async (request, body) => {
    if (authorize && !(await authorize(request))) return refused(401, 'not authorized');
    let notification: JobNotification;
    try {
      notification = parseNotification(body);
    } catch (error) {
      return refused(400, (error as WcsError).message);
    }
    await onNotification(notification, request);
    return { status: 200, body: {} };
  });
}
