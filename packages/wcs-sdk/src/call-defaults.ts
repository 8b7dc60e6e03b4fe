import type { PutPolicyMembers } from './auth/put-policy.js';
import type { JobOptions } from './jobs/start-job.js';
import type { ListObjectsOptions } from './objects/list.js';

/**
 * What calls do unless they are told otherwise. An option of a call wins over its default; one that is there and
 * `undefined` leaves the default out.
 */
export interface CallDefaults {
  /**
   * Put policy of uploads, where the client signs the token itself: of {@link WcsClient.upload}, `uploadMany` and
   * `uploadFromUrl`, not of appends and tokens for pages. What a call's own policy excludes, or makes useless, is left
   * out.
   */
  policy?: PutPolicyMembers;
  /** Of {@link WcsClient.listObjects}. */
  list?: Pick<ListObjectsOptions, 'prefix' | 'mode' | 'pageSize' | 'marker'>;
  /** Of what starts jobs: {@link WcsClient.fmgr} and {@link WcsClient.fops}. */
  job?: Pick<JobOptions, 'notifyUrl' | 'force' | 'separate'>;
}
