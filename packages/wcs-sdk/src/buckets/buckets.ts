import type { CallOptions } from '../call-options.js';
import type { ClientContext } from '../context.js';
import * as known from '../known-options.js';
import { publicCall } from '../public-call.js';
import { type BucketStatOptions, type BucketStatResult, bucketStat } from './bucket-stat.js';
import {
  type BucketStatisticsOptions,
  type BucketStatisticsResult,
  bucketStatistics,
} from './bucket-statistics.js';
import { type Bucket, listBuckets } from './list-buckets.js';

/** The account's buckets: {@link WcsClient.buckets}. */
export class Buckets {
  readonly #context: ClientContext;

  /** @internal */
  constructor(context: ClientContext) {
    this.#context = context;
  }

  /** Lists the account's buckets (wcs-api §2.7). */
  async list(options: CallOptions = {}): Promise<Bucket[]> {
    return publicCall('buckets.list', options, known.CALL, () => listBuckets(this.#context, options));
  }

  /**
   * Asks how much buckets held, day by day (wcs-api §2.7).
   *
   * @throws WcsError `INVALID_ARGUMENT` if the range is longer than six months; `BUCKET_NOT_FOUND`, `UNAUTHORIZED` …
   * @example
   * ```ts
   * import { WcsClient } from '@curve-wcs/wcs-sdk';
   *
   * await using wcs = await WcsClient.fromConfig();
   * const { buckets } = await wcs.buckets.stat({
   *   bucket: ['photos', 'backup'],
   *   startDate: '2026-01-01',
   *   endDate: '2026-01-31',
   * });
   * for (const { name, days } of buckets) console.log(name, days.at(-1)?.storage, 'MB');
   * ```
   */
  async stat(options: BucketStatOptions): Promise<BucketStatResult> {
    return publicCall('buckets.stat', options, known.BUCKET_STAT, () => bucketStat(this.#context, options));
  }

  /**
   * Asks for traffic or request counts of buckets, day by day (wcs-api §2.7).
   *
   * @throws WcsError `INVALID_ARGUMENT` if the range is longer than six months; `BUCKET_NOT_FOUND`, `UNAUTHORIZED` …
   */
  async statistics(options: BucketStatisticsOptions): Promise<BucketStatisticsResult> {
    return publicCall('buckets.statistics', options, known.BUCKET_STATISTICS, () =>
      bucketStatistics(this.#context, options),
    );
  }
}
