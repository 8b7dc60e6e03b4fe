import { urlSafeBase64Encode } from '@curve-wcs/etag';
import type { CallOptions } from '../call-options.js';
import type { ClientContext } from '../context.js';
import { checkReference, type ObjectReference } from '../encoding.js';
import { Job } from '../jobs/job.js';
import type { JobStatus } from '../jobs/job-status.js';
import { type JobOptions, jobParameters, startJob } from '../jobs/start-job.js';
import { EXECUTE } from '../known-options.js';
import { checkOptions } from '../public-call.js';
import { type FopsCommands, fopsText } from './command.js';

/** Options of {@link Fops.execute}. */
export interface ExecuteOptions extends ObjectReference, JobOptions {
  /** What to do: commands made with {@link fop}, or texts in the service's grammar. */
  fops: FopsCommands;
}

/**
 * Processing of one object, done by the service in the background (wcs-api §2.8): {@link WcsClient.fops}.
 *
 * @example
 * ```ts
 * import { fop, WcsClient } from '@curve-wcs/wcs-sdk';
 *
 * await using wcs = await WcsClient.fromConfig();
 * const job = await wcs.fops.execute({
 *   bucket: 'photos',
 *   key: 'video.mp4',
 *   fops: [
 *     fop.vframe({ format: 'jpg', offset: 1 }).saveas('photos:video.jpg'),
 *     fop.avthumb({ format: 'flv', videoBitRate: '128k' }).saveas('photos:video.flv'),
 *   ],
 * });
 * const { items } = await job.wait();
 * ```
 */
export class Fops {
  readonly #context: ClientContext;

  /** @internal */
  constructor(context: ClientContext) {
    this.#context = context;
  }

  /**
   * Has an object processed.
   *
   * @throws WcsError `NOT_FOUND`, `BUCKET_NOT_FOUND`, `UNAUTHORIZED` …
   */
  async execute(options: ExecuteOptions): Promise<Job> {
    checkOptions('fops.execute', options, EXECUTE);
    const { bucket, key } = options;
    checkReference(options);
    const fops = urlSafeBase64Encode(fopsText(options.fops));
    const { notifyURL = '', force, separate } = jobParameters(this.#context, options);
    // Order, and the empty address, are those of the official Python client.
    const parameters = {
      bucket: urlSafeBase64Encode(bucket),
      key: urlSafeBase64Encode(key),
      fops,
      notifyURL,
      force,
      separate,
    };
    const call = { operation: 'fops', subject: `${bucket}:${key}`, path: '/fops' };
    return startJob(this.#context, 'fops', call, parameters, options);
  }

  /** A job that was started earlier, or elsewhere, by its id (such as that of a put policy). Nothing is sent. */
  job(id: string): Job {
    return new Job(this.#context, 'fops', id);
  }

  /** Asks where a job stands: the same as `job(id).status()`. */
  async status(id: string, options: CallOptions = {}): Promise<JobStatus> {
    return this.job(id).status(options);
  }
}
