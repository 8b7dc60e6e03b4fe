import { ServiceError } from '../http/service-error.js';
import { convertMedia, takeFrame } from './convert.js';
import { decompress } from './decompress.js';
import { describeExif, describeImage, describeMedia, hash, md5 } from './inform.js';
import type { Processor } from './processor.js';

/** The commands of `/fops` by their names. */
const processors: Readonly<Record<string, Processor>> = {
  avinfo: describeMedia,
  avinfo2: describeMedia,
  avthumb: convertMedia,
  decompression: decompress,
  exif: describeExif,
  hash,
  imageInfo: describeImage,
  md5,
  vframe: takeFrame,
};

/** @throws ServiceError 501 for a command that is not emulated */
export function findProcessor(name: string): Processor {
  const processor = Object.hasOwn(processors, name) ? processors[name] : undefined;
  if (processor) return processor;
  const known = Object.keys(processors).join(', ');
  throw new ServiceError(501, `the emulator has no command ${name}, only ${known} and saveas`);
}
