import { urlSafeBase64Decode } from '@curve-wcs/etag';
import { requireContent } from '../check-arguments.js';
import { WcsError } from '../errors.js';
import { isMembers, numberMember, objectsMember, textMember } from '../http/answer-members.js';
import { type JobItem, jobItemOf } from '../jobs/job-status.js';

/** What the service tells of a job that is over: the document that its status call gives, too. */
export interface JobNotification {
  /** The job's id, as the call that began it gave it. */
  id: string;
  /** State of the job (wcs-api §2.8); of a single command, with `separate`, 1 is done and 2 failed. */
  code: number;
  /** What became of each command. */
  items: JobItem[];
  /** The document as received. */
  raw: Record<string, unknown>;
}

/**
 * Reads the body of a notification (wcs-api §1.6): URL-safe Base64 of a JSON document. Notifications are not signed:
 * anybody who knows the address can send one, so ask the service for the job's status before something depends on it.
 *
 * @throws WcsError `BAD_REQUEST` if it is none
 */
export function parseNotification(body: string | Uint8Array): JobNotification {
  requireContent('body', body);
  const text = typeof body === 'string' ? body : Buffer.from(body).toString('latin1');
  const raw = documentOf(text.trim());
  if (!raw) throw new WcsError('BAD_REQUEST', 'a notification must be URL-safe Base64 of a JSON object');
  return {
    id: textMember(raw, 'id') ?? textMember(raw, 'persistentId') ?? '',
    code: numberMember(raw, 'code') ?? Number.NaN,
    items: objectsMember(raw, 'items').map(jobItemOf),
    raw,
  };
}

function documentOf(text: string): Record<string, unknown> | undefined {
  try {
    const json = text.startsWith('{') ? text : Buffer.from(urlSafeBase64Decode(text)).toString('utf8');
    const value: unknown = JSON.parse(json);
    return isMembers(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
