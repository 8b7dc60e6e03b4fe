import { etag } from '@curve-wcs/etag';
import { describe, expect, it } from 'vitest';
import { type PutPolicyOptions, policyOf, putPolicy, uploadToken, type WcsErrorCode } from '../src/index.js';
import type { SeenRequest } from './support/raw-server.js';
import {
  isUpload,
  RECORDED_KEYS,
  type Recorded,
  recordedHeader,
  recordings,
  sha256,
} from './support/replay.js';
import { formOf, keyOf, recordedContent, recordedToken, scripted } from './support/scripted.js';

const records = recordings('python3').filter(isUpload);

/** Where we differ from the official client, and on purpose (wcs-api §4.10, §2.4). */
interface Difference {
  /** The requests we make, shortened; the recorded ones if absent. */
  requests?: string[];
  /** How our call fails; not at all if absent. */
  code?: WcsErrorCode;
}

const [BLOCK_0, BLOCK_1, BLOCK_2] = ['mkblk/4194304/0', 'mkblk/4194304/1', 'mkblk/611392/2'];
const JOIN = 'mkfile/9000000';
const CHUNK = 'bput/2097152';

const DIFFERENT: Record<string, Difference> = {
  // Empty files go by form (§4.10, 11), and small ones are made to go in blocks here.
  'multipart_upload 0 bytes {}': { requests: ['file/upload'] },
  // A block that fails for good ends the upload with an error, and is not sent around.
  'multipart_upload faults: mkblk block 1: 500 for ever': {
    requests: [BLOCK_0, BLOCK_1, BLOCK_1, BLOCK_1, BLOCK_1],
    code: 'SERVER_ERROR',
  },
  // 503 is repeated like any 5xx, 412 begins the block anew, and so does 401 for a context.
  'multipart_upload faults: mkblk block 0: 503 once': {
    requests: [BLOCK_0, BLOCK_0, BLOCK_1, BLOCK_2, JOIN],
  },
  'multipart_upload faults: mkblk block 0: 412 once': {
    requests: [BLOCK_0, BLOCK_0, BLOCK_1, BLOCK_2, JOIN],
  },
  'multipart_upload faults: bput: 401 once': {
    requests: [BLOCK_0, CHUNK, BLOCK_0, CHUNK, BLOCK_1, CHUNK, BLOCK_2, JOIN],
  },
  'multipart_upload faults: mkfile: 412': { code: 'BLOCKS_MISSING' },
  'multipart_upload faults: mkfile: 579 (callback failed)': { code: 'CALLBACK_FAILED' },
  'simple_upload faults: 406 exists': { code: 'OBJECT_EXISTS' },
  'simple_upload faults: 401': { code: 'UNAUTHORIZED' },
  'simple_upload faults: 579': { code: 'CALLBACK_FAILED' },
  // The redirection tells a hash of the capture server's invention, and is understood.
  'simple_upload faults: 303 with returnUrl': { code: 'CHECKSUM_MISMATCH' },
};

/** A target without its context. */
function short(url: string): string {
  return url.slice(1).replace(/^bput\/[^/]+/, 'bput');
}

it('there are recordings of all kinds', () => {
  expect(records).toHaveLength(35);
  const ops = records.map(({ op }) => op);
  for (const op of Object.keys(DIFFERENT)) expect(ops).toContain(op);
});

describe('upload requests are those of the official Python client', () => {
  it.each(records.map(record => [record.op, record] as const))('%s', async (op, record) => {
    const { requests: ours, code } = DIFFERENT[op] ?? {};
    const { wcs, seen } = await scripted(record);
    const source = record.requests.length > 0 ? recordedContent(record) : Buffer.alloc(0);
    const token =
      recordedToken(record.requests[0]) || uploadToken(RECORDED_KEYS, putPolicy({ bucket: 'bucket-one' }));
    const inForm = record.requests[0]?.multipart !== undefined;
    const upload = wcs.upload({
      bucket: 'bucket-one',
      key: keyOf(token),
      source,
      token,
      formThreshold: inForm ? 20 * 2 ** 20 : 0,
    });
    if (code) await expect(upload).rejects.toMatchObject({ code });
    else if (ours) await upload;
    else expect(await upload).toMatchObject({ verified: true, etag: etag(source) });

    expect(seen.map(({ url }) => short(url))).toEqual(ours ?? record.requests.map(({ url }) => short(url)));
    for (const request of seen) await expectRecorded(request, record);
    const batches = new Set(seen.map(({ headers }) => headers['uploadbatch']));
    expect([...batches]).toEqual([
      inForm || source.length === 0 ? undefined : expect.stringMatching(/^\w{32}$/),
    ]);
  });
});

/** What goes to a target must be what went there, to the byte, but for the ctx of answers that were made up. */
async function expectRecorded(seen: SeenRequest, record: Recorded): Promise<void> {
  const request = record.requests.find(({ url }) => url === seen.url);
  if (!request) return;
  expect(seen.method).toBe(request.method);
  for (const name of ['authorization', 'x-wos-traffic-limit']) {
    expect(seen.headers[name]).toBe(recordedHeader(request, name));
  }
  if (!request.multipart) {
    expect([seen.body.length, sha256(seen.body)]).toEqual([request.body.length, request.body.sha256]);
    return;
  }
  const form = await formOf(seen);
  expect([...form.keys()]).toEqual(request.multipart.parts.map(({ name }) => name));
  for (const { name, body } of request.multipart.parts) {
    const value = form.get(name);
    const bytes = value instanceof File ? Buffer.from(await value.arrayBuffer()) : Buffer.from(String(value));
    expect([name, sha256(bytes)]).toEqual([name, body.sha256]);
  }
}

describe('policies are those of the official Python client', () => {
  const CLOCK = 1_700_000_000_000;
  const NOT_IN_POLICIES = [
    'keepalive',
    'traffic_limit',
    'bput_size',
    'block_size',
    'concurrency',
    'deadline',
  ];

  it.each(records.filter(({ requests }) => requests.length > 0).map(record => [record.op, record] as const))(
    '%s',
    (_, record) => {
      const recorded = recordedToken(record.requests[0]);
      const config = (record.config ?? {}) as Record<string, unknown>;
      const members = Object.entries(config).filter(([name]) => !NOT_IN_POLICIES.includes(name));
      const policy = putPolicy({
        bucket: 'bucket-one',
        key: keyOf(recorded),
        deadline: CLOCK + Number(config['deadline'] ?? 7200) * 1000,
        ...Object.fromEntries(members),
      } as PutPolicyOptions);
      // Python writes the members in the order in which they were set.
      const ordered = Object.keys(policyOf(recorded) ?? {}).map(name => [name, policy[name]] as const);
      expect(new Set(Object.keys(policy))).toEqual(new Set(ordered.map(([name]) => name)));
      const token = uploadToken(RECORDED_KEYS, Object.fromEntries(ordered) as typeof policy, {
        style: 'python',
      });
      expect(token).toBe(recorded);
    },
  );
});
