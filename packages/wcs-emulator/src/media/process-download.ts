import type { ArchiveSource } from '../archive/archive-file.js';
import { jsonReply, type Reply } from '../http/reply.js';
import type { RequestContext } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import type { OpenObject } from '../storage/object-store.js';
import { exifOf } from './exif.js';
import { imageInfo } from './image-info.js';
import { mediaInfo } from './media-info.js';
import type { Programs } from './programs.js';
import { readImage } from './read-image.js';

/** What a download with `?op=` can be asked for. */
type DownloadProcess = (source: ArchiveSource & { name: string }, programs: Programs) => Promise<unknown>;

const processes: Readonly<Record<string, DownloadProcess>> = {
  avinfo: mediaInfo,
  avinfo2: mediaInfo,
  imageInfo: async source => imageInfo(await readImage(source)),
  exif: async source => exifOf(await readImage(source)),
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
  return jsonReply(
    200,
    await process({ name: key, size: object.record.size, read: object.read }, context.programs),
  );
}
