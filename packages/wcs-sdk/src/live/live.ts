import type { CallOptions } from '../call-options.js';
import { type ClientContext, callManagement } from '../context.js';
import { checkBucket } from '../encoding.js';
import { invalidArgument } from '../errors.js';
import { LIVE_LIST } from '../known-options.js';
import { wholeNumber } from '../number-options.js';
import { checkOptions } from '../public-call.js';

/** Options of {@link Live.list}. */
export interface LiveListOptions extends CallOptions {
  /** Bucket that the recordings are stored in. */
  bucket: string;
  /** Name of the channel. */
  channel: string;
  /** Only recordings from this time on: 14 digits, `yyyyMMddHHmmss`, by the service's clock. */
  startTime: string;
  /** Only recordings up to this time: 14 digits, `yyyyMMddHHmmss`, by the service's clock. */
  endTime: string;
  /** Which recording to begin with. */
  start?: number;
  /** How many recordings to give at most. */
  limit?: number;
}

/** What {@link Live.list} gives. */
export interface LiveListResult {
  /** Recordings, each as received: the service does not document their members. */
  items: Record<string, unknown>[];
  /** The service's id of the request. */
  requestId?: string;
  /** The answer as received: a list, or an object that holds it. */
  raw: unknown;
}

/** Recordings of live channels: {@link WcsClient.live}. */
export class Live {
  readonly #context: ClientContext;

  /** @internal */
  constructor(context: ClientContext) {
    this.#context = context;
  }

  /**
   * Lists a channel's recordings, one page (wcs-api §2.11).
   *
   * @throws WcsError `BUCKET_NOT_FOUND`, `UNAUTHORIZED` …
   */
  async list(options: LiveListOptions): Promise<LiveListResult> {
    checkOptions('live.list', options, LIVE_LIST);
    const { bucket, channel, startTime, endTime, start, limit } = options;
    checkBucket(bucket);
    if (typeof channel !== 'string' || channel === '' || /\p{Surrogate}/u.test(channel)) {
      throw invalidArgument('channel', 'the name of a channel', channel);
    }
    checkTime('startTime', startTime);
    checkTime('endTime', endTime);
    if (endTime < startTime) throw invalidArgument('endTime', `not before ${startTime}`, endTime);
    const query = [
      `channelname=${encodeURIComponent(channel)}`,
      `startTime=${startTime}`,
      `endTime=${endTime}`,
      `bucket=${encodeURIComponent(bucket)}`,
      ...(start === undefined ? [] : [`start=${wholeNumber('start', start)}`]),
      ...(limit === undefined ? [] : [`limit=${wholeNumber('limit', limit, { minimum: 1 })}`]),
    ];
    const call = {
      operation: 'wslive list',
      subject: `${channel} in ${bucket}`,
      method: 'GET',
      target: `/wslive/list?${query.join('&')}`,
    } as const;
    return callManagement(this.#context, call, options, answer => {
      const raw = answer.json();
      const members = Array.isArray(raw) ? { items: raw } : answer.members();
      return { items: answer.objects(members, 'items'), ...answer.id, raw };
    });
  }
}

function checkTime(name: string, time: string): void {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(String(time)) ?? [];
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const real = !Number.isNaN(Date.parse(iso)) && new Date(iso).toISOString() === iso;
  if (typeof time !== 'string' || !real) {
    throw invalidArgument(name, '14 digits that are a time, yyyyMMddHHmmss', time);
  }
}
