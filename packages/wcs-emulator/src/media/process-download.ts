import { jsonReply, type Reply } from '../http/reply.js';
import type { RequestContext } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import type { OpenObject } from '../storage/object-store.js';
import { readExif } from './exif.js';
import { imageFormat } from './image-format.js';
import { imageInfo } from './image-info.js';
import { mediaInfo } from './media-info.js';

/** The largest image that is looked at, in bytes. */
const maxImageBytes = 32 * 1024 * 1024;

/** What a download with `?op=` can be asked for. */
type DownloadProcess = (object: OpenObject, key: string, context: RequestContext) => Promise<unknown>;

const avinfo: DownloadProcess = async (object, key, { programs }) => mediaInfo(object, { key, programs });

const exif: DownloadProcess = async object => {
  const bytes = await readImage(object);
  const format = imageFormat(bytes);
  const tags = format && readExif(format, bytes);
  if (!tags) throw new ServiceError(400, 'the object has no Exif data');
  return tags;
};

const processes: Readonly<Record<string, DownloadProcess>> = {
  avinfo,
  avinfo2: avinfo,
  imageInfo: async object => imageInfo(await readImage(object)),
  exif,
};

/** What would need a decoder and an encoder for images, which the emulator does not have. */
const pixelProcesses: readonly string[] = ['imageView2', 'imageMogr2', 'watermark'];

/**
 * Answers `GET /<key>?op=…` (section 2.12).
 *
 * @throws ServiceError 400 for an unknown `op` or an object of another kind; 501 for one that is not emulated
 */
export async function processDownload(
  context: RequestContext,
  { op, key, object }: { op: string; key: string; object: OpenObject },
): Promise<Reply> {
  if (pixelProcesses.includes(op))
    throw new ServiceError(501, `the emulator does not process pixels: op=${op}`);
  const process = Object.hasOwn(processes, op) ? processes[op] : undefined;
  if (!process) throw new ServiceError(400, `there is no op=${op}`);
  return jsonReply(200, await process(object, key, context));
}

async function readImage({ record, read }: OpenObject): Promise<Buffer> {
  if (record.size > maxImageBytes) throw new ServiceError(400, `an image has at most ${maxImageBytes} bytes`);
  const chunks: Buffer[] = [];
  for await (const chunk of read(0, record.size)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
