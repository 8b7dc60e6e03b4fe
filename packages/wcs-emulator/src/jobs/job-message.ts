import type { WcsCredentials } from '../auth/accounts.js';
import { callbackAuthorization, detectionAuthorization } from '../auth/callback-signature.js';
import type { JobItemRecord } from '../storage/metadata-store.js';
import { type Job, managementStatus, processingStatus } from './job-status.js';

/** What is told about a job, and where and how. */
export interface JobMessage {
  url: string;
  body: Record<string, unknown>;
  /** Makes the `Authorization` for the body as it is sent. */
  authorize: (url: string, body: string, account: WcsCredentials) => string;
}

/**
 * What whoever asked for a job is told of it, or of one of its commands (section 1.6). A detection has a document
 * of its own, and names its kind in the query.
 *
 * @param code - of the job in the document
 */
export function jobMessage(job: Job, notifyUrl: string, code: number): JobMessage {
  const { kind } = job.record;
  if (kind === 'detect') {
    const separator = notifyUrl.includes('?') ? '&' : '?';
    return {
      url: `${notifyUrl}${separator}message_type=ws_contentDetect_image`,
      body: detectionReport(job, job.items[0]),
      authorize: detectionAuthorization,
    };
  }
  const render = kind.startsWith('fmgr/') ? managementStatus : processingStatus;
  return { url: notifyUrl, body: render(job, code), authorize: callbackAuthorization };
}

function detectionReport({ id, record }: Job, item: JobItemRecord | undefined): Record<string, unknown> {
  return {
    detectId: id,
    cmd: item?.command ?? '',
    bucket: record.input?.bucket ?? '',
    isZip: 0,
    ...item?.result?.more,
    ...(item?.error !== undefined && { error: item.error }),
  };
}
