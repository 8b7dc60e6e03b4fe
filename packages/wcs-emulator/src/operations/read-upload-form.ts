import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { ServiceError } from '../http/service-error.js';

/** The file of a form, while it arrives. */
export interface FormFile {
  bytes: AsyncIterable<Buffer>;
  /** The base name that the client gave; empty for none. */
  filename: string;
  /** The Content-Type of the part. */
  mimeType: string;
}

/** The largest value of a form field other than the file, in bytes. */
const maxFieldBytes = 1024 * 1024;

/** The largest values of all fields together: they are in memory before their token can be looked at. */
const maxFieldsBytes = 2 * 1024 * 1024;

/** The most fields, the file included. */
const maxParts = 1000;

/**
 * Reads a `multipart/form-data` body (section 2.2) as it arrives, fields and file in any order.
 *
 * @param onFile - takes the file of the part named `file`, and may look at the fields that came before it
 * @returns the fields, and what `onFile` made of the file
 * @throws ServiceError 400 when the body is no such form, breaks off, or has no file
 */
export async function readUploadForm<T>(
  { headers, body }: { headers: IncomingHttpHeaders; body: AsyncIterable<Buffer> },
  onFile: (file: FormFile, fieldsSoFar: ReadonlyMap<string, string>) => Promise<T>,
): Promise<{ fields: ReadonlyMap<string, string>; file: T }> {
  const fields = new Map<string, string>();
  const parser = createParser(headers);
  let fieldsBytes = 0;
  let file: { stream: Readable; result: Promise<T> } | undefined;

  const parsed = new Promise<void>((resolve, reject) => {
    parser.on('finish', resolve);
    parser.on('error', error => reject(malformed(error)));
    parser.on('partsLimit', () => reject(new ServiceError(413, `the form has more than ${maxParts} parts`)));
    parser.on('field', (name, value, _nameTruncated, valueTruncated) => {
      if (name === undefined) reject(new ServiceError(400, 'a part of the form has no name'));
      if (valueTruncated) reject(new ServiceError(413, `form field ${name} is too large`));
      fieldsBytes += Buffer.byteLength(name ?? '') + Buffer.byteLength(value);
      if (fieldsBytes > maxFieldsBytes) reject(new ServiceError(413, 'the fields of the form are too large'));
      else fields.set(name, value);
    });
    parser.on('file', (name, stream, filename, _encoding, mimeType) => {
      // Whoever reads the stream sees its error; a stream that nobody reads must not end the process.
      stream.on('error', () => {});
      if (name !== 'file' || file) {
        stream.resume();
        return;
      }
      file = { stream, result: onFile({ bytes: stream, filename: filename ?? '', mimeType }, fields) };
      file.result.catch(reject);
    });
  });
  try {
    await feed(parser, body, parsed);
    await parsed;
    if (!file) throw new ServiceError(400, 'the form has no file');
    return { fields, file: await file.result };
  } catch (error) {
    // Whoever takes the file learns that no more will come, and cleans up before the client is answered.
    file?.stream.destroy(error instanceof Error ? error : undefined);
    await file?.result.catch(() => {});
    parser.on('error', () => {}).destroy();
    throw error;
  }
}

function createParser(headers: IncomingHttpHeaders): BusboyInstance {
  const contentType = headers['content-type'];
  if (!contentType?.toLowerCase().startsWith('multipart/form-data')) {
    throw new ServiceError(400, 'the body must be multipart/form-data');
  }
  try {
    return new Busboy({
      headers: { ...headers, 'content-type': contentType },
      isPartAFile: (name, _type, filename) => name === 'file' || filename !== undefined,
      limits: { fieldSize: maxFieldBytes, parts: maxParts },
    });
  } catch (error) {
    throw malformed(error);
  }
}

/** Writes the body into the parser no faster than it takes it, until the end or the first failure. */
async function feed(
  parser: BusboyInstance,
  body: AsyncIterable<Buffer>,
  parsed: Promise<void>,
): Promise<void> {
  let wake = () => {};
  let failed = false;
  parser.on('drain', () => wake());
  parsed.catch(() => {
    failed = true;
    wake();
  });
  for await (const chunk of body) {
    if (!parser.write(chunk) && !failed) {
      await new Promise<void>(resolve => {
        wake = resolve;
      });
    }
    if (failed) return;
  }
  parser.end();
}

function malformed(error: unknown): ServiceError {
  const reason = error instanceof Error ? error.message : String(error);
  return new ServiceError(400, `malformed form: ${reason}`, { cause: error });
}
