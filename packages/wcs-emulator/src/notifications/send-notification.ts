import { setTimeout as sleep } from 'node:timers/promises';
import { urlSafeBase64Encode } from '@curve-wcs/etag';
import type { OutboundClient } from '../outbound/outbound-client.js';
import { OutboundError } from '../outbound/outbound-error.js';

/**
 * How long is waited before each attempt after the first, in milliseconds (section 1.6): three more at once,
 * then five, one minute apart.
 */
export const defaultRetryDelays: readonly number[] = [0, 0, 0, 60_000, 60_000, 60_000, 60_000, 60_000];

/** How a notification went, as far as it got. */
export interface NotificationProgress {
  /** How many attempts were made, including those of earlier runs. */
  attempts: number;
  /** Why the latest attempt failed; absent when it succeeded. */
  error?: string;
}

/** A notification to be sent. */
export interface NotificationRequest {
  url: string;
  /** The document that the receiver gets, as Base64 of its JSON. */
  body: unknown;
  /** Makes the `Authorization` for the body as it is sent. @defaultValue there is none */
  authorize?: (payload: string) => string;
  client: OutboundClient;
  /** The pause before each further attempt, in milliseconds. @defaultValue `defaultRetryDelays` */
  retryDelays?: readonly number[];
  /** How many attempts an earlier run made: the next one is made after the pause that belongs to it. */
  attemptsMade?: number;
  /** Told of each failed attempt before the next pause, so that a restart can go on from there. */
  onFailure?: (progress: Required<NotificationProgress>) => Promise<void>;
  /** Waits. @defaultValue real time */
  wait?: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
  signal?: AbortSignal;
}

/**
 * Sends the notification of an asynchronous job (section 1.6): a POST of `text/plain`, Base64 of a JSON
 * document. Any 2xx is a delivery. A failed attempt is repeated; a URL that may not be reached is not.
 *
 * @returns the progress; without `error` it was delivered
 * @throws the signal's reason when aborted; OutboundError `closing` when the emulator is being closed
 */
export async function sendNotification({
  url,
  body,
  authorize,
  client,
  retryDelays = defaultRetryDelays,
  attemptsMade = 0,
  onFailure,
  wait = async (milliseconds, signal) => sleep(milliseconds, undefined, { ...(signal && { signal }) }),
  signal,
}: NotificationRequest): Promise<NotificationProgress> {
  const payload = urlSafeBase64Encode(JSON.stringify(body));
  let error = 'no attempts are left';
  for (let attempts = attemptsMade + 1; attempts <= retryDelays.length + 1; attempts++) {
    const pause = retryDelays[attempts - 2] ?? 0;
    if (pause > 0) await wait(pause, signal);
    signal?.throwIfAborted();
    try {
      const { status } = await client.send({
        purpose: 'notification',
        url,
        headers: { 'Content-Type': 'text/plain', ...(authorize && { Authorization: authorize(payload) }) },
        body: Buffer.from(payload),
        ...(signal && { signal }),
      });
      if (status >= 200 && status < 300) return { attempts };
      error = `the receiver answered ${status}`;
    } catch (failure) {
      signal?.throwIfAborted();
      if (!(failure instanceof OutboundError) || failure.kind === 'closing') throw failure;
      if (failure.kind === 'refused') return { attempts, error: failure.message };
      error = failure.message;
    }
    await onFailure?.({ attempts, error });
  }
  return { attempts: Math.max(attemptsMade, retryDelays.length + 1), error };
}
