import type { CallOptions } from '../call-options.js';
import type { ClientContext } from '../context.js';
import type { DownloadSource } from '../download/options.js';
import { checkSource, sourceUrl } from '../download/source.js';
import { numberMember, present, textMember } from '../http/answer-members.js';
import * as known from '../known-options.js';
import { askAbout } from '../media/ask-about.js';
import { publicCall } from '../public-call.js';
import { type DetectOptions, type DetectResult, detectImage } from './detect.js';
import {
  type ImageMogr2UrlOptions,
  type ImageView2Options,
  imageMogr2Url,
  imageView2Url,
  type WatermarkOptions,
  watermarkUrl,
} from './image-url.js';

/** What {@link Images.imageInfo} gives. */
export interface ImageInfo {
  /** The image's format, such as `jpeg`. */
  format?: string;
  /** Size in bytes. */
  size?: number;
  /** Width in pixels. */
  width?: number;
  /** Height in pixels. */
  height?: number;
  /** Colour model, such as `YCbCr`. */
  colorModel?: string;
  /** The service's id of the request. */
  requestId?: string;
  /** The answer as received. */
  raw: Record<string, unknown>;
}

/** What {@link Images.exif} gives. */
export interface ExifInfo {
  /** The EXIF tags by their names, as the service writes them. */
  tags: Record<string, unknown>;
  /** The service's id of the request. */
  requestId?: string;
  /** The answer as received. */
  raw: Record<string, unknown>;
}

/**
 * Images: {@link WcsClient.images}. The client needs `downloadUrl` for calls by bucket and key.
 *
 * @example
 * ```ts
 * import { WcsClient } from '@curve-wcs/wcs-sdk';
 *
 * await using wcs = await WcsClient.fromConfig();
 * const { width, height } = await wcs.images.imageInfo({ bucket: 'photos', key: 'a.jpg' });
 * const thumbnail = wcs.images.imageView2Url({ bucket: 'photos', key: 'a.jpg', mode: 2, width: 200 });
 * console.log(width, height, thumbnail);
 * ```
 */
export class Images {
  readonly #context: ClientContext;

  /** @internal */
  constructor(context: ClientContext) {
    this.#context = context;
  }

  /**
   * Asks for an image's size and format (wcs-api §2.12).
   *
   * @throws WcsError `NOT_FOUND`, `BAD_REQUEST` if it is no image …
   */
  async imageInfo(options: DownloadSource & CallOptions): Promise<ImageInfo> {
    return askAbout(this.#context, 'imageInfo', options, (answer, members) =>
      present({
        format: textMember(members, 'format'),
        size: numberMember(members, 'size'),
        width: answer.size(members, 'width'),
        height: answer.size(members, 'height'),
        colorModel: textMember(members, 'colorModel'),
        requestId: answer.wire.requestId,
        raw: members,
      }),
    );
  }

  /**
   * Asks for an image's EXIF tags (wcs-api §2.12).
   *
   * @throws WcsError `NOT_FOUND`, `BAD_REQUEST` if it has none …
   */
  async exif(options: DownloadSource & CallOptions): Promise<ExifInfo> {
    return askAbout(this.#context, 'exif', options, (answer, members) => ({
      tags: members,
      ...answer.id,
      raw: members,
    }));
  }

  /** Address of a thumbnail: {@link imageView2Url}. Nothing is sent. */
  imageView2Url(options: DownloadSource & ImageView2Options): string {
    return imageView2Url(this.#urlOf(options, 'imageView2Url'), options);
  }

  /** Address of an image resized, cut, turned: {@link imageMogr2Url}. Nothing is sent. */
  imageMogr2Url(options: DownloadSource & ImageMogr2UrlOptions): string {
    return imageMogr2Url(this.#urlOf(options, 'imageMogr2Url'), options);
  }

  /** Address of an image with a picture or a text on it: {@link watermarkUrl}. Nothing is sent. */
  watermarkUrl(options: DownloadSource & WatermarkOptions): string {
    return watermarkUrl(this.#urlOf(options, 'watermarkUrl'), options);
  }

  /**
   * Has an image looked at by the service's content moderation (wcs-api §2.10).
   *
   * @throws WcsError `BUCKET_NOT_FOUND`, `UNAUTHORIZED` …
   */
  async detect(options: DetectOptions): Promise<DetectResult> {
    return publicCall('images.detect', options, known.DETECT, () => detectImage(this.#context, options));
  }

  #urlOf(source: DownloadSource, operation: string): string {
    checkSource(source);
    return sourceUrl(this.#context, source, operation);
  }
}
