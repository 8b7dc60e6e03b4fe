import type { RequestContext } from '../http/request-context.js';
import { type SpooledBytes, spool } from '../storage/spool.js';
import { authorizeUpload } from './authorize-upload.js';
import { readUploadForm } from './read-upload-form.js';

/** A file that has arrived but belongs to nobody yet. */
export interface SpooledFile extends SpooledBytes {
  filename: string;
  mimeType: string;
}

/** A form that has arrived. Whoever gets it publishes or discards its file. */
export interface UploadForm {
  token: string;
  fields: ReadonlyMap<string, string>;
  /** The fields whose names begin with `x:`. */
  custom: ReadonlyMap<string, string>;
  file: SpooledFile;
}

/**
 * Takes in a form with a file (section 2.2), whose fields may come in any order.
 *
 * @param maxFileBytes - the largest file
 * @throws ServiceError 400 when it is no such form; 413 when the file is too large; 401, 403 or 631 when the token
 * came first and is not good
 */
export async function receiveForm(context: RequestContext, maxFileBytes: number): Promise<UploadForm> {
  const { fields, file } = await readUploadForm(context, async (part, fieldsSoFar) => {
    // A token that came first is checked at once, so that nobody uploads 500 MB in vain.
    const token = fieldsSoFar.get('token');
    if (token !== undefined) await authorizeUpload(context, token);
    const { bytes, filename, mimeType } = part;
    const spooled = await spool(context.storage.blobs, bytes, { limit: maxFileBytes });
    return { ...spooled, filename, mimeType };
  });
  const custom = new Map([...fields].filter(([name]) => name.startsWith('x:')));
  return { token: fields.get('token') ?? '', fields, custom, file };
}
