import { urlSafeBase64Encode } from '@curve-wcs/etag';
import { requireObject } from '../check-arguments.js';
import { checkFolder, checkKey, encodeEntry } from '../encoding.js';
import { type ObjectEntry, objectEntry } from '../entry.js';
import { invalidArgument } from '../errors.js';
import { wholeNumber } from '../number-options.js';
import { FopsCommand } from './command.js';
import { type ExtraParameters, type ParameterValue, writeCommand } from './parameters.js';

/** Options of {@link vframe}. */
export interface VframeOptions {
  /** Format of the pictures: `jpg`, `png`, `gif`. */
  format: string;
  /** When, in seconds; or several times, ascending. */
  offset?: number | readonly number[];
  /** Seconds from one picture to the next. */
  interval?: number;
  /** How many pictures, at equal distances. */
  count?: number;
  /** Length of a `gif`, in seconds. */
  duration?: number;
  /** Rows and columns of one picture of many, such as `4x5`; with `interval`. */
  sprite?: string;
  /** How the size is kept in proportion. */
  mode?: number;
  /** Width in pixels: 1 to 1,920. */
  width?: number;
  /** Height in pixels: 1 to 1,080. */
  height?: number;
  /** Fill up to the size in black, rather than stretch. */
  autofill?: boolean;
  /** Degrees to turn by. */
  rotate?: 90 | 180 | 270 | 'auto';
  /** Pack several pictures into a zip. */
  zip?: boolean;
  /** Further parameters, by the service's names. */
  parameters?: ExtraParameters;
}

/** Pictures of a video: `vframe/<format>/offset/<s>…` */
export function vframe(options: VframeOptions): FopsCommand {
  requireObject('options', options);
  const { format, offset, width, height, parameters } = options;
  if (width !== undefined) wholeNumber('width', width, { minimum: 1, maximum: 1920 });
  if (height !== undefined) wholeNumber('height', height, { minimum: 1, maximum: 1080 });
  const times = Array.isArray(offset) ? ascending(offset) : undefined;
  return new FopsCommand(
    writeCommand(
      [['vframe', format]],
      {
        offset: times ? undefined : (offset as number | undefined),
        offsets: times,
        interval: options.interval,
        vframeN: options.count,
        t: options.duration,
        sprite: options.sprite,
        mode: options.mode,
        w: width,
        h: height,
        autofill: options.autofill,
        rotate: options.rotate,
        isZip: options.zip,
      },
      parameters,
    ),
  );
}

/** Options of {@link avthumb}. */
export interface AvthumbOptions {
  /** Format to make: `mp4`, `flv`, `m3u8`, `mp3` … */
  format: string;
  /** Bit rate of the sound, such as `64k`. */
  audioBitRate?: string | number;
  /** Quality of the sound, in place of a bit rate. */
  audioQuality?: number;
  /** Samples of the sound in a second, such as 44,100. */
  samplingRate?: number;
  /** Codec of the sound, such as `libfaac`; `copy` keeps it. */
  audioCodec?: string;
  /** Pictures in a second. */
  frameRate?: number;
  /** Bit rate of the video, such as `1.25m`. */
  videoBitRate?: string | number;
  /** Codec of the video, such as `libx264`; `copy` keeps it. */
  videoCodec?: string;
  /** Size of the picture, such as `1280x720`. */
  resolution?: string;
  /** Keep the picture's proportions. */
  autoscale?: boolean;
  /** Object with subtitles. */
  subtitle?: ObjectEntry;
  /** Second to begin with. */
  start?: number;
  /** Seconds to take. */
  duration?: number;
  /** Degrees to turn by. */
  rotate?: 90 | 180 | 270 | 'auto';
  /** Leave the sound out. */
  withoutAudio?: boolean;
  /** Leave the video out. */
  withoutVideo?: boolean;
  /** Of an `mp4`: put the index first, so that it plays while it loads. */
  moovToFront?: boolean;
  /** Further parameters, by the service's names. */
  parameters?: ExtraParameters;
}

/** Another format of a video or sound: `avthumb/<format>/ab/<rate>/vb/<rate>…` */
export function avthumb(options: AvthumbOptions): FopsCommand {
  requireObject('options', options);
  const { subtitle } = options;
  const subtitles = subtitle === undefined ? undefined : objectEntry('subtitle', subtitle);
  return new FopsCommand(
    writeCommand(
      [['avthumb', options.format]],
      {
        ab: options.audioBitRate,
        aq: options.audioQuality,
        ar: options.samplingRate,
        acodec: options.audioCodec,
        r: options.frameRate,
        vb: options.videoBitRate,
        vcodec: options.videoCodec,
        s: options.resolution,
        autoscale: options.autoscale,
        subtitle: subtitles && encodeEntry(subtitles.bucket, subtitles.key),
        ss: options.start,
        t: options.duration,
        rotate: options.rotate,
        an: options.withoutAudio,
        vn: options.withoutVideo,
        moovToFront: options.moovToFront,
      },
      options.parameters,
    ),
  );
}

/** Options of {@link avconcat}. */
export interface AvconcatOptions {
  /** Format to make: `mp4`, `mp3`, `m3u8` … */
  format: string;
  /** 1: all are encoded alike. 2: they are not. */
  mode?: 1 | 2;
  /** Order of the parts, such as `[2, 1, 3]`. */
  order?: readonly number[];
  /** Of an `mp4`: put the index first, so that it plays while it loads. */
  moovToFront?: boolean;
  /** Keys of the parts, in the bucket of the object that is processed. */
  keys: readonly string[];
  /** Further parameters, by the service's names. */
  parameters?: ExtraParameters;
}

/** Videos or sounds one after the other: `avconcat/<format>/mode/<1|2>/<key1>/<key2>…` */
export function avconcat(options: AvconcatOptions): FopsCommand {
  requireObject('options', options);
  const { format, mode, order, moovToFront, keys, parameters } = options;
  if (!Array.isArray(keys) || keys.length === 0)
    throw invalidArgument('keys', 'a list of at least one key', keys);
  for (const [index, key] of keys.entries()) checkKey(key, `keys[${index}]`);
  const command = writeCommand(
    [['avconcat', format]],
    { mode, concatorder: order?.join('-'), moovToFront },
    parameters,
  );
  return new FopsCommand([command, ...keys.map(key => urlSafeBase64Encode(key))].join('/'));
}

/** Options of {@link imageView}. */
export interface ImageViewOptions {
  /** 1: fill the size and cut off the rest. 2: fit into the size. 3: at least the size. */
  mode: 1 | 2 | 3;
  /** Width in pixels. */
  width?: number;
  /** Height in pixels. */
  height?: number;
  /** Further parameters, by the service's names. */
  parameters?: ExtraParameters;
}

/** A thumbnail: `imageView/<mode>/w/<width>/h/<height>` */
export function imageView(options: ImageViewOptions): FopsCommand {
  requireObject('options', options);
  const { mode, width, height, parameters } = options;
  wholeNumber('mode', mode, { minimum: 1, maximum: 3 });
  return new FopsCommand(writeCommand([['imageView', mode]], { w: width, h: height }, parameters));
}

/** Options of {@link imageMogr2}. */
export interface ImageMogr2Options {
  /** Turn the picture as its EXIF says, before anything else. */
  autoOrient?: boolean;
  /** New size, as a geometry: `!50p`, `300x200`, `300x` … */
  thumbnail?: string;
  /** What `crop` is measured from: `NorthWest` (the default), `Center` … */
  gravity?: string;
  /** What to keep, as a geometry: `!300x200a10a10` … */
  crop?: string;
  /** Quality: 1 to 100. */
  quality?: number;
  /** Degrees to turn by: 1 to 360. */
  rotate?: number;
  /** Format to make, such as `jpg`. */
  format?: string;
  /** Further parameters, by the service's names. */
  parameters?: ExtraParameters;
}

/** A picture resized, cut, turned: `imageMogr2/auto-orient/thumbnail/<geometry>…` */
export function imageMogr2(options: ImageMogr2Options): FopsCommand {
  requireObject('options', options);
  const { autoOrient, quality, rotate, parameters } = options;
  if (quality !== undefined) wholeNumber('quality', quality, { minimum: 1, maximum: 100 });
  if (rotate !== undefined) wholeNumber('rotate', rotate, { minimum: 1, maximum: 360 });
  const settings = writeCommand(
    [],
    {
      thumbnail: options.thumbnail,
      gravity: options.gravity,
      crop: options.crop,
      quality,
      rotate,
      format: options.format,
    },
    parameters,
  );
  const parts = ['imageMogr2', ...(autoOrient ? ['auto-orient'] : []), ...(settings ? [settings] : [])];
  if (parts.length === 1) throw invalidArgument('imageMogr2', 'told what to do', options);
  return new FopsCommand(parts.join('/'));
}

/** Options of {@link decompression}. */
export interface DecompressionOptions {
  /** The archive's format: `zip`, `tar`, `gzip` … */
  format: string;
  /** Folder to unpack into. */
  directory?: string;
  /** Further parameters, by the service's names. */
  parameters?: ExtraParameters;
}

/**
 * The content of an archive, as objects: `decompression/<format>/dir/<folder>`. With `.saveas()`, the list of what
 * was unpacked is stored there.
 */
export function decompression(options: DecompressionOptions): FopsCommand {
  requireObject('options', options);
  const { format, directory, parameters } = options;
  if (directory !== undefined) checkFolder(directory, 'directory');
  const dir: ParameterValue | undefined =
    directory === undefined ? undefined : urlSafeBase64Encode(directory);
  return new FopsCommand(writeCommand([['decompression', format]], { dir }, parameters));
}

/** Any other command, in the service's grammar. */
export function raw(command: string): FopsCommand {
  if (typeof command !== 'string' || command === '') {
    throw invalidArgument('command', 'a command, such as vframe/jpg/offset/1', command);
  }
  return new FopsCommand(command);
}

function ascending(times: readonly number[]): string {
  const sorted = times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0));
  if (times.length === 0 || !sorted || !times.every(time => Number.isFinite(time) && time >= 0)) {
    throw invalidArgument('offset', 'seconds in ascending order', `[${times.join(', ')}]`);
  }
  return times.join(':');
}
