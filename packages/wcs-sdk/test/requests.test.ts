import { createHash } from 'node:crypto';
import { contentOf, vectors } from '@curve-wcs/test-support';
import { describe, expect, it } from 'vitest';
import { policyOf, WcsClient } from '../src/index.js';
import { rawServer, type SeenRequest } from './support/raw-server.js';

/** What the official Python 3 SDK sent, and how it was answered. */
interface Recorded {
  op: string;
  config: { bput_size?: number; block_size?: number; traffic_limit?: number };
  requests: RecordedRequest[];
}
interface RecordedRequest {
  method: string;
  url: string;
  headers: [string, string][];
  body: { length: number; sha256: string };
  multipart?: { parts: { name: string; body: { length: number; sha256: string; text?: string } }[] };
  response: { status: number; body: string };
}

const { records } = vectors<{ records: Recorded[] }>(import.meta.url, 'http.python3.json');
const KEYS = {
  accessKey: 'ak0123456789abcdef0123456789abcdef012345',
  secretKey: 'sk-public-test-secret-0001',
};

function recorded(op: string): Recorded {
  const found = records.find(record => record.op === op);
  if (!found) throw new Error(`no record of ${op}`);
  return found;
}

/** A server that answers as the capture server did, in order, and a client for it. */
async function replaying({ requests, config }: Recorded) {
  const { url, seen } = await rawServer((_, response, number) => {
    const { status, body } = requests[number - 1]?.response ?? {
      status: 500,
      body: 'more requests than were recorded',
    };
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  const wcs = new WcsClient({
    ...KEYS,
    uploadUrl: url,
    managementUrl: url,
    concurrency: 1,
    blockSize: config.block_size ?? 4194304,
    chunkSize: config.bput_size ?? 4194304,
    trafficLimit: config.traffic_limit ?? 0,
  });
  return { wcs, seen };
}

/** Method, target, token and body must be the recorded ones to the byte; the rest of the head is our own. */
function expectSame(seen: SeenRequest, request: RecordedRequest) {
  expect(`${seen.method} ${seen.url}`).toBe(`${request.method} ${request.url}`);
  const authorization = request.headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  expect(seen.headers['authorization']).toBe(authorization);
  const limit = request.headers.find(([name]) => name.toLowerCase() === 'x-wos-traffic-limit')?.[1];
  expect(seen.headers['x-wos-traffic-limit']).toBe(limit);
  if (request.multipart) return;
  expect(seen.body.length).toBe(request.body.length);
  expect(sha256(seen.body)).toBe(request.body.sha256);
}

const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

describe('management requests are those of the official Python client', () => {
  it.each([
    ['stat key=a.txt', 'a.txt'],
    ['stat key=dir/sub/b.bin', 'dir/sub/b.bin'],
  ])('%s', async (op, key) => {
    const record = recorded(op);
    const { wcs, seen } = await replaying(record);
    expect(await wcs.stat({ bucket: 'bucket-one', key })).toMatchObject({
      size: 12,
      mimeType: 'text/plain',
      putTime: new Date(1700000000000),
    });
    expectSame(seen[0] as SeenRequest, record.requests[0] as RecordedRequest);
  });

  it.each([
    ['delete key=a.txt', 'a.txt'],
    ['delete key=dir/sub/b.bin', 'dir/sub/b.bin'],
  ])('%s', async (op, key) => {
    const record = recorded(op);
    const { wcs, seen } = await replaying(record);
    await wcs.delete({ bucket: 'bucket-one', key });
    expectSame(seen[0] as SeenRequest, record.requests[0] as RecordedRequest);
  });

  it('list_buckets', async () => {
    const record = recorded('list_buckets');
    const { wcs, seen } = await replaying(record);
    expect(await wcs.listBuckets()).toEqual([{ name: 'bucket-one' }, { name: 'bucket-two' }]);
    expectSame(seen[0] as SeenRequest, record.requests[0] as RecordedRequest);
  });

  it.each([
    ['bucket_list defaults', {}],
    ['bucket_list {"limit": 10}', { pageSize: 10 }],
    ['bucket_list {"prefix": "dir/"}', { prefix: 'dir/' }],
    ['bucket_list {"prefix": "中"}', { prefix: '中' }],
    ['bucket_list {"mode": 0}', { mode: 0 }],
    ['bucket_list {"mode": 1, "prefix": "dir/", "limit": 5}', { mode: 1, prefix: 'dir/', pageSize: 5 }],
    ['bucket_list {"marker": "abc"}', { marker: 'abc' }],
    [
      'bucket_list {"starttime": "1526745600000", "endtime": "1527609600000"}',
      { startTime: 1526745600000, endTime: new Date(1527609600000) },
    ],
  ] as const)('%s', async (op, options) => {
    const record = recorded(op);
    const { wcs, seen } = await replaying(record);
    const keys: string[] = [];
    for await (const { key } of wcs.listObjects('bucket-one', options)) keys.push(key);
    expect(keys).toEqual(['a.txt', 'dir/b 中.txt']);
    expectSame(seen[0] as SeenRequest, record.requests[0] as RecordedRequest);
  });

  it('a marker with reserved characters is signed as it is sent, which the Python client gets wrong', async () => {
    const record = recorded('bucket_list {"marker": "a|b 中"}');
    const { wcs, seen } = await replaying(record);
    await wcs.listObjects('bucket-one', { marker: 'a|b 中' }).pages().next();
    expect(seen[0]?.url).toBe(record.requests[0]?.url);
    expect(seen[0]?.headers['authorization']).not.toBe(
      record.requests[0]?.headers.find(([name]) => name === 'Authorization')?.[1],
    );
  });

  it('bucket_listAll paged', async () => {
    const record = recorded('bucket_listAll paged');
    const { wcs, seen } = await replaying(record);
    let objects = 0;
    for await (const _ of wcs.listObjects('paged-bucket-one')) objects++;
    expect(objects).toBe(3);
    for (const [index, request] of record.requests.entries()) expectSame(seen[index] as SeenRequest, request);
    expect(seen).toHaveLength(record.requests.length);
  });
});

describe('block uploads are those of the official Python client', () => {
  const multipart = records.filter(
    ({ op, requests }) => /^multipart_upload (\d+) bytes/.test(op) && requests.length > 0,
  );

  it('there are recordings of them', () => expect(multipart.length).toBe(6));

  it.each(multipart.map(record => [record.op, record] as const))('%s', async (_, record) => {
    const size = Number(/(\d+) bytes/.exec(record.op)?.[1]);
    const { wcs, seen } = await replaying(record);
    const token =
      record.requests[0]?.headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? '';
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
    for (const [index, request] of record.requests.entries()) expectSame(seen[index] as SeenRequest, request);
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
      expectSame(seen[0] as SeenRequest, request);
      const form = await new Response(new Uint8Array(seen[0]?.body ?? []), {
        headers: { 'content-type': String(seen[0]?.headers['content-type']) },
      }).formData();
      expect([...form.keys()]).toEqual(request.multipart?.parts.map(part => part.name));
      expect(form.get('token')).toBe(token?.body.text);
      expect(Buffer.from(await (form.get('file') as File).arrayBuffer()).equals(content)).toBe(true);
    },
  );
});
