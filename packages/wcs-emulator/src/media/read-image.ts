import type { ArchiveSource } from '../archive/archive-file.js';
import { readBody } from '../http/read-body.js';
import { ServiceError } from '../http/service-error.js';

/** The largest image that is looked at, in bytes. */
const maxImageBytes = 32 * 1024 * 1024;

/** @throws ServiceError 400 when it is too large to be looked at */
export async function readImage({ size, read }: ArchiveSource): Promise<Buffer> {
  if (size > maxImageBytes) throw new ServiceError(400, `an image has at most ${maxImageBytes} bytes`);
  return readBody(read(0, size), maxImageBytes);
}
