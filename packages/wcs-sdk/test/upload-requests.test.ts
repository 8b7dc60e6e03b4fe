import { contentOf } from '@curve-wcs/test-support';
import { describe, expect, it } from 'vitest';
import { policyOf } from '../src/index.js';
import {
  expectSame,
  type Recorded,
  type RecordedRequest,
  recordedHeader,
  recordings,
  replaying,
  sha256,
} from './support/replay.js';

const records = recordings('python3');

function recorded(op: string): Recorded {
  const found = records.find(record => record.op === op);
  if (!found) throw new Error(`no record of ${op}`);
  return found;
}

describe('block uploads are those of the official Python client', () => {
  const multipart = records.filter(
    ({ op, requests }) => /^multipart_upload (\d+) bytes/.test(op) && requests.length > 0,
  );

  it('there are recordings of them', () => expect(multipart.length).toBe(6));

  it.each(multipart.map(record => [record.op, record] as const))('%s', async (_, record) => {
    const size = Number(/(\d+) bytes/.exec(record.op)?.[1]);
    const { wcs, seen } = await replaying(record);
    const token = recordedHeader(record.requests[0] as RecordedRequest, 'authorization') ?? '';
    const source = [
      contentOf({ gen: 'lcg', seed: 3, size }),
      contentOf({ gen: 'lcg', seed: 1, size }),
      contentOf({ gen: 'affine', size }),
    ].find(
      content =>
        sha256(content.subarray(0, record.requests[0]?.body.length)) === record.requests[0]?.body.sha256,
    );
    if (!source) throw new Error('the recorded content is none of the generated ones');
    // The capture server answers with a hash of its own invention, so the last comparison must fail, and only that.
    const upload = wcs.upload({ bucket: 'bucket-one', key: 'a.txt', source, token, formThreshold: 0 });
    await upload.catch(error => expect(error).toMatchObject({ code: 'CHECKSUM_MISMATCH' }));
    expect(seen).toHaveLength(record.requests.length);
    for (const [index, request] of record.requests.entries()) expectSame(seen[index], request);
    const batches = new Set(seen.map(request => request.headers['uploadbatch']));
    expect([...batches]).toEqual([expect.stringMatching(/^[A-Za-z0-9]{32}$/)]);
  });
});

describe('form uploads are those of the official Python client', () => {
  it.each(['simple_upload key=a.txt', 'simple_upload key=dir/sub/b.bin', 'simple_upload empty file'])(
    '%s',
    async op => {
      const record = recorded(op);
      const request = record.requests[0] as RecordedRequest;
      const { wcs, seen } = await replaying(record);
      const [token, file] = request.multipart?.parts ?? [];
      const content = [...Array(8).keys()]
        .flatMap(seed => [
          contentOf({ gen: 'lcg', seed, size: file?.body.length ?? 0 }),
          contentOf({ gen: 'affine', size: file?.body.length ?? 0 }),
        ])
        .find(bytes => sha256(bytes) === file?.body.sha256);
      if (!content) throw new Error('the recorded content is none of the generated ones');
      const key = String(policyOf(token?.body.text ?? '')?.scope).slice('bucket-one:'.length);
      const result = await wcs
        .upload({ bucket: 'bucket-one', key, source: content, token: token?.body.text ?? '' })
        .catch(error => error);
      expect(result.code ?? 'CHECKSUM_MISMATCH').toBe('CHECKSUM_MISMATCH');
      expectSame(seen[0], request);
      const form = await new Response(new Uint8Array(seen[0]?.body ?? []), {
        headers: { 'content-type': String(seen[0]?.headers['content-type']) },
      }).formData();
      expect([...form.keys()]).toEqual(request.multipart?.parts.map(part => part.name));
      expect(form.get('token')).toBe(token?.body.text);
      expect(Buffer.from(await (form.get('file') as File).arrayBuffer()).equals(content)).toBe(true);
    },
  );
});
