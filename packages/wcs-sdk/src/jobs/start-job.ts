import { urlSafeBase64Encode } from '@curve-wcs/etag';
import type { CallOptions } from '../call-options.js';
import { type ClientContext, callManagement } from '../context.js';
import { invalidArgument } from '../errors.js';
import { httpUrl } from '../http/http-url.js';
import { isJobId, Job, type JobKind } from './job.js';

/** Options of everything that starts a job. */
export interface JobOptions extends CallOptions {
  /** Where the service posts the result, in the form of the job's status. */
  notifyUrl?: string | URL | undefined;
  /** Do again what has been done before, and replace its result. Default false. */
  force?: boolean | undefined;
  /** Notify each command by itself rather than all at the end. Default false. */
  separate?: boolean | undefined;
}

/** Members of a job's request, encoded; those that are absent are not sent. */
export function jobParameters(
  { defaults }: ClientContext,
  options: JobOptions,
): {
  notifyURL: string | undefined;
  force: string | undefined;
  separate: string | undefined;
} {
  const { notifyUrl, force, separate } = { ...defaults.job, ...options };
  return {
    notifyURL: notifyUrl === undefined ? undefined : urlSafeBase64Encode(httpUrl('notifyUrl', notifyUrl)),
    force: flag('force', force),
    separate: flag('separate', separate),
  };
}

/** False is the service's default, and goes without saying, as in the official Python client. */
function flag(name: string, value: boolean | undefined): string | undefined {
  if (value !== undefined && typeof value !== 'boolean') throw invalidArgument(name, 'true or false', value);
  return value ? '1' : undefined;
}

/**
 * Posts the request of a job (wcs-api §2.8, §2.9). If its answer is lost, it is posted again: the job may then run
 * twice, of which the caller gets the second.
 *
 * @param parameters - the members of the body in their order; values are encoded already
 */
export async function startJob(
  context: ClientContext,
  kind: JobKind,
  { operation, subject, path }: { operation: string; subject: string; path: string },
  parameters: Record<string, string | undefined>,
  options: JobOptions,
): Promise<Job> {
  const pairs = Object.entries(parameters).filter(([, value]) => value !== undefined);
  const body = pairs.map(([name, value]) => `${name}=${value}`).join('&');
  const call = { operation, subject, method: 'POST', target: path, body } as const;
  // Read once all is over: an answer that names no job may well have started one.
  const answer = await callManagement(context, call, options, received => received);
  const id = answer.text(answer.members(), 'persistentId');
  if (isJobId(id)) return new Job(context, kind, id);
  throw answer.unusable('no usable persistentId');
}
