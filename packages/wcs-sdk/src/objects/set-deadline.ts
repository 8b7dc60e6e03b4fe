import { urlSafeBase64Encode } from '@curve-wcs/etag';
import type { CallOptions } from '../call-options.js';
import { type ClientContext, callManagement } from '../context.js';
import { checkReference, type ObjectReference } from '../encoding.js';
import { invalidArgument } from '../errors.js';
import { wholeNumber } from '../number-options.js';

/** Options of {@link WcsClient.setDeadline}. */
export interface SetDeadlineOptions extends ObjectReference, CallOptions {
  /** Days to keep the object from now on; 0 removes it as soon as possible, -1 keeps it for ever. */
  days: number;
  /** Of an `.m3u8`: whether its `.ts` files are kept as long. The service's default is true. */
  relevance?: boolean;
}

/** What {@link WcsClient.setDeadline} gives. */
export interface SetDeadlineResult {
  /** The service's id of the request. */
  requestId?: string;
}

/** `POST /setdeadline` (wcs-api §2.5). */
export async function setDeadline(
  context: ClientContext,
  options: SetDeadlineOptions,
): Promise<SetDeadlineResult> {
  const { bucket, key, days, relevance } = options;
  checkReference(options);
  checkDays(days);
  if (relevance !== undefined && typeof relevance !== 'boolean') {
    throw invalidArgument('relevance', 'true or false', relevance);
  }
  const body = [
    `bucket=${urlSafeBase64Encode(bucket)}`,
    `key=${urlSafeBase64Encode(key)}`,
    `deadline=${days}`,
    ...(relevance === undefined ? [] : [`relevance=${relevance ? 1 : 0}`]),
  ].join('&');
  const call = {
    operation: 'setdeadline',
    subject: `${bucket}:${key}`,
    method: 'POST',
    target: '/setdeadline',
    body,
  } as const;
  return callManagement(context, call, options, answer => answer.acknowledgement());
}

/** Refuses what is no number of days to keep something. */
export function checkDays(days: unknown, name = 'days'): number {
  return wholeNumber(name, days, { minimum: -1 });
}
