import { urlSafeBase64Encode } from '@curve-wcs/etag';
import { requireObject } from '../check-arguments.js';
import { withQuery } from '../download/source.js';
import { invalidArgument, WcsError } from '../errors.js';
import { httpUrl } from '../http/http-url.js';
import { wholeNumber } from '../number-options.js';

// The queries are those of wcs-api §2.12.

/** Options of {@link imageView2Url}. */
export interface ImageView2Options {
  /** 1: fill the size and cut off the rest. 2: fit into the size. 3: at least the size. */
  mode: 1 | 2 | 3;
  /** Width in pixels. */
  width?: number;
  /** Height in pixels. */
  height?: number;
  /** Quality: 1 to 100; never better than the original's. The service's default is 85. */
  quality?: number;
  /** Format, such as `jpg`. Default: the original's. */
  format?: string;
}

/** Options of {@link imageMogr2Url}. */
export interface ImageMogr2UrlOptions {
  /** Turn the picture as its EXIF says, before anything else. */
  autoOrient?: boolean;
  /** New size, as a geometry: `!50p`, `300x200`, `300x>` … */
  thumbnail?: string;
  /** What `crop` is measured from: `NorthWest` (the default), `Center` … */
  gravity?: string;
  /** What to keep, as a geometry: `!300x200a10a10` … */
  crop?: string;
  /** Quality: 1 to 100; never better than the original's. The service's default is 85. */
  quality?: number;
  /** Degrees to turn by: 1 to 360. */
  rotate?: number;
  /** Format, such as `jpg`. Default: the original's. */
  format?: string;
}

/** Where a watermark goes. */
export type WatermarkGravity =
  | 'TOP_LEFT'
  | 'TOP_CENTER'
  | 'TOP_RIGHT'
  | 'CENTER_LEFT'
  | 'CENTER'
  | 'CENTER_RIGHT'
  | 'BOTTOM_LEFT'
  | 'BOTTOM_CENTER'
  | 'BOTTOM_RIGHT';

const GRAVITY = /^((TOP|CENTER|BOTTOM)_(LEFT|RIGHT)|(TOP|BOTTOM)_CENTER|CENTER)$/;

/** What both kinds of watermark have. */
export interface WatermarkPlace {
  /** Opacity: 1 to 100. The service's default is 100. */
  dissolve?: number;
  /** Where it goes. The service's default is `BOTTOM_RIGHT`. */
  gravity?: WatermarkGravity;
  /** Distance from the side, in pixels. The service's default is 10. */
  dx?: number;
  /** Distance from top or bottom, in pixels. The service's default is 10. */
  dy?: number;
}

/** A picture as a watermark. */
export interface ImageWatermark extends WatermarkPlace {
  /** Address of the picture; the service must be able to fetch it. */
  image: string | URL;
  /** Not with `image`. */
  text?: undefined;
}

/** A text as a watermark. */
export interface TextWatermark extends WatermarkPlace {
  /** The text. */
  text: string;
  /** Its font's name. */
  font?: string;
  /** Its size, in twentieths of a point. The service's default is 30. */
  fontSize?: number;
  /** Its colour: a name, or `#FF0000`. The service's default is white. */
  fill?: string;
  /** Not with `text`. */
  image?: undefined;
}

/** Options of {@link watermarkUrl}. */
export type WatermarkOptions = ImageWatermark | TextWatermark;

/**
 * Address of a thumbnail (`op=imageView2`). Nothing is sent: the service makes it when the address is fetched.
 *
 * @param url - address of the image
 * @throws WcsError `INVALID_ARGUMENT`
 */
export function imageView2Url(url: string | URL, options: ImageView2Options): string {
  requireObject('options', options);
  const { mode, width, height, quality, format } = options;
  wholeNumber('mode', mode, { minimum: 1, maximum: 3 });
  return imageUrl(url, 'imageView2', {
    mode,
    width: pixels('width', width),
    height: pixels('height', height),
    quality: percentage('quality', quality),
    format: text('format', format),
  });
}

/** Address of an image resized, cut, turned (`op=imageMogr2`). */
export function imageMogr2Url(url: string | URL, options: ImageMogr2UrlOptions): string {
  requireObject('options', options);
  const { autoOrient, rotate } = options;
  const parameters = {
    'auto-orient': autoOrient || undefined,
    thumbnail: text('thumbnail', options.thumbnail),
    gravity: text('gravity', options.gravity),
    crop: text('crop', options.crop),
    quality: percentage('quality', options.quality),
    rotate: rotate === undefined ? undefined : wholeNumber('rotate', rotate, { minimum: 1, maximum: 360 }),
    format: text('format', options.format),
  };
  if (Object.values(parameters).every(value => value === undefined)) {
    throw new WcsError('INVALID_ARGUMENT', 'imageMogr2Url needs at least one option that says what to do');
  }
  return imageUrl(url, 'imageMogr2', parameters);
}

/** Address of an image with a picture or a text on it (`op=watermark`). */
export function watermarkUrl(url: string | URL, options: WatermarkOptions): string {
  requireObject('options', options);
  const { gravity, dx, dy } = options;
  if (gravity !== undefined && !GRAVITY.test(gravity)) {
    throw invalidArgument('gravity', 'a place such as TOP_LEFT, CENTER or BOTTOM_RIGHT', gravity);
  }
  if ((options.image === undefined) === (options.text === undefined)) {
    throw new WcsError('INVALID_ARGUMENT', 'watermarkUrl needs either image or text');
  }
  return imageUrl(url, 'watermark', {
    mode: options.image === undefined ? 2 : 1,
    dissolve: percentage('dissolve', options.dissolve),
    gravity,
    dx: dx === undefined ? undefined : wholeNumber('dx', dx),
    dy: dy === undefined ? undefined : wholeNumber('dy', dy),
    ...(options.image === undefined ? textMark(options) : imageMark(options)),
  });
}

function imageMark({ image }: ImageWatermark): Record<string, string> {
  return { image: urlSafeBase64Encode(httpUrl('image', image)) };
}

function textMark({ text: words, font, fontSize, fill }: TextWatermark) {
  return {
    text: encodedText('text', words),
    font: encodedText('font', font),
    fontsize: pixels('fontSize', fontSize),
    fill: encodedText('fill', fill),
  };
}

function imageUrl(
  url: string | URL,
  operation: string,
  parameters: Record<string, string | number | boolean | undefined>,
): string {
  const query = Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return withQuery(httpUrl('url', url), [`op=${operation}`, ...query]);
}

function pixels(name: string, value: number | undefined): number | undefined {
  return value === undefined ? undefined : wholeNumber(name, value, { minimum: 1 });
}

function percentage(name: string, value: number | undefined): number | undefined {
  return value === undefined ? undefined : wholeNumber(name, value, { minimum: 1, maximum: 100 });
}

function text(name: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '' || /\p{Surrogate}/u.test(value)) {
    throw invalidArgument(name, 'a text that is not empty', value);
  }
  return value;
}

function encodedText(name: string, value: string | undefined): string | undefined {
  const checked = text(name, value);
  return checked === undefined ? undefined : urlSafeBase64Encode(checked);
}
