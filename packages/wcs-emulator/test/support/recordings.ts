import { createHash } from 'node:crypto';
import { affine, lcg } from '@curve-wcs/test-support';

/** A body as a recording describes it. */
export interface RecordedBody {
  length: number;
  sha256: string;
  text?: string;
}

export interface RecordedRequest {
  method: string;
  url: string;
  headers: [string, string][];
  body: RecordedBody;
  multipart?: { boundary: string; parts: { name: string; headers: string[]; body: RecordedBody }[] };
  response: { status?: number; body?: string; dropped?: boolean };
}

/** What the capture server was told to answer in place of what it would have. */
export interface RecordedFault {
  match: string;
  times: number;
  status?: number;
  body?: string;
  drop?: boolean;
}

export interface Recording {
  op: string;
  requests: RecordedRequest[];
  faults?: RecordedFault[];
}

/** The contents that the SDKs were made to upload, and where they were cut. */
const contents = [affine(10_000_000), lcg(10_000_000, 1), lcg(10_000_000, 3)];
const cuts = [0, 1024, ...Array.from({ length: 10 }, (_, index) => index << 20)];
const found = new Map<string, Buffer>();

/** Finds the bytes of a recorded body by their length and digest. */
export function bytesOf({ length, sha256, text }: RecordedBody): Buffer {
  if (text !== undefined) return Buffer.from(text);
  const name = `${length} ${sha256}`;
  const known = found.get(name);
  if (known) return known;
  for (const content of contents) {
    for (const cut of cuts) {
      const slice = content.subarray(cut, cut + length);
      if (slice.length === length && digest(slice) === sha256) {
        found.set(name, slice);
        return slice;
      }
    }
  }
  throw new Error(`no known content has ${name}`);
}

/** The body that a recorded request had, multipart framing included. */
export function requestBody({ body, multipart, url }: RecordedRequest): Buffer {
  if (!multipart) return bytesOf(body);
  const parts = multipart.parts.flatMap(part => [
    Buffer.from(`--${multipart.boundary}\r\n${part.headers.join('\r\n')}\r\n\r\n`),
    bytesOf(part.body),
    Buffer.from('\r\n'),
  ]);
  const whole = Buffer.concat([...parts, Buffer.from(`--${multipart.boundary}--\r\n`)]);
  // A path that was replaced by a placeholder has another length, and an altered request has no digest.
  const comparable = body.sha256 !== '' && !JSON.stringify(multipart).includes('{work}');
  if (comparable && digest(whole) !== body.sha256) {
    throw new Error(`the rebuilt body of ${url} is not the recorded one`);
  }
  return whole;
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
