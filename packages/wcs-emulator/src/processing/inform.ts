import { createHash } from 'node:crypto';
import { ServiceError } from '../http/service-error.js';
import { exifOf } from '../media/exif.js';
import { imageInfo } from '../media/image-info.js';
import { mediaInfo } from '../media/media-info.js';
import { readImage } from '../media/read-image.js';
import { type Content, textContent } from './content.js';
import { hashContent } from './hash-content.js';
import type { ProcessingTask, Processor } from './processor.js';

/** Makes a command of a function that tells something of the content: in the status, and as JSON to be stored. */
function informing(tell: (content: Content, task: ProcessingTask) => Promise<unknown>): Processor {
  return async (parameters, content, task, next) => {
    if (parameters.length > 0) throw new ServiceError(400, `no parameter is known: ${parameters.join('/')}`);
    const told = await tell(content, task);
    return next({
      content: textContent(content.name, JSON.stringify(told)),
      transient: true,
      more: { detail: [told] },
    });
  };
}

/** `md5`: the MD5 of the content, in hexadecimal. */
export const md5 = informing(async content => {
  const hash = createHash('md5');
  for await (const bytes of content.read(0, content.size)) hash.update(bytes);
  return { md5: hash.digest('hex'), fsize: content.size };
});

/** `hash`: the wcs-etag of the content. */
export const hash = informing(async content => ({ hash: await hashContent(content), fsize: content.size }));

/** `imageInfo`, as of a download. */
export const describeImage = informing(async content => imageInfo(await readImage(content)));

/** `exif`, as of a download. */
export const describeExif = informing(async content => exifOf(await readImage(content)));

/** `avinfo` and `avinfo2`, as of a download. */
export const describeMedia = informing(async (content, { programs }) => mediaInfo(content, programs));
