import type { CallOptions } from '../call-options.js';
import type { ClientContext } from '../context.js';
import type { DownloadSource } from '../download/options.js';
import { askAbout } from './ask-about.js';
import { type AvInfo, avInfoOf } from './av-info.js';

/** Videos and sounds: {@link WcsClient.media}. The client needs `downloadUrl` for calls by bucket and key. */
export class Media {
  readonly #context: ClientContext;

  /** @internal */
  constructor(context: ClientContext) {
    this.#context = context;
  }

  /**
   * Asks what a video or sound consists of (wcs-api §2.12).
   *
   * @throws WcsError `NOT_FOUND`, `BAD_REQUEST` if it is neither …
   * @example
   * ```ts
   * import { WcsClient } from '@curve-wcs/wcs-sdk';
   *
   * await using wcs = await WcsClient.fromConfig();
   * const { format, streams } = await wcs.media.avinfo({ bucket: 'photos', key: 'video.mp4' });
   * console.log(format.duration, streams.map(({ codec }) => codec));
   * ```
   */
  async avinfo(options: DownloadSource & CallOptions): Promise<AvInfo> {
    return askAbout(this.#context, 'avinfo', options, avInfoOf);
  }

  /** Like {@link avinfo}, of which the service leaves out what is seldom wanted. */
  async avinfo2(options: DownloadSource & CallOptions): Promise<AvInfo> {
    return askAbout(this.#context, 'avinfo2', options, avInfoOf);
  }
}
