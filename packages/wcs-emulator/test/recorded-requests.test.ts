import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vectors } from '@curve-wcs/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWcsEmulator, type WcsEmulator } from '../src/index.js';
import { jobCode } from '../src/jobs/job-codes.js';
import { openStorage } from '../src/storage/storage.js';
import { fakeProgram } from './support/fake-program.js';
import { exifBlock, jpeg } from './support/images.js';
import { type RawResponse, sendRaw } from './support/raw-request.js';
import {
  type RecordedFault,
  type RecordedRequest,
  type Recording,
  requestBody,
} from './support/recordings.js';
import { TestClient } from './support/test-client.js';

const keys = {
  accessKey: 'ak0123456789abcdef0123456789abcdef012345',
  secretKey: 'sk-public-test-secret-0001',
};

/** Before the tokens of the recorded requests end. */
const recordedAt = 1_700_000_000_000;

/** A picture with all that is asked about. */
const picture = jpeg(30, 20, { exif: exifBlock([[0x10f, 'text', 'Curve']]) });

/** How many requests were recorded of each SDK: none may drop out unnoticed. */
const counts = { python3: 150, node: 35, go: 89, java: 103, php: 35 };

/** Where an SDK did wrong and the capture server did not mind, but a real server does. */
const refusals: Record<string, Record<number, number>> = {
  // mkfile is sent while the last mkblk is still on its way, and then again.
  'node resumeUploadByPath last block of 1 byte': { 2: 412 },
  // A block of no bytes.
  'go slice UploadFile 0 bytes': { 0: 400 },
};

/** What every server answers to the emulator: no host of a recorded request exists. */
const callbackAnswer = '{"from":"the application"}';

describe.each(Object.keys(counts) as (keyof typeof counts)[])('what the %s SDK sends', sdk => {
  const { records } = vectors<{ records: Recording[] }>(import.meta.url, `http.${sdk}.json`);
  /** The capture server's contexts, and the emulator's for the same chunks. */
  const contexts = new Map<string, string>();
  const dataDir = mkdtempSync(join(tmpdir(), 'wcs-emulator-recorded-'));
  let emulator: WcsEmulator;

  beforeAll(async () => {
    await storeRecordedJob(dataDir);
    emulator = await startWcsEmulator({
      ...keys,
      dataDir,
      buckets: ['bucket-one', 'bucket-two', 'paged-bucket-one'],
      clock: () => recordedAt,
      durability: 'fast',
      outboundHosts: ['example.com'],
      detections: [{ image: 'http://img.example.com/a.jpg', type: 'porn', label: 0 }],
      ffprobe: fakeProgram('console.log("{}")'),
    });
    const client = new TestClient(emulator, 'bucket-one');
    await client.upload('i.jpg', picture);
    await client.upload('v.mp4', 'a film');
  });
  afterAll(async () => {
    await emulator.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  test(`is ${counts[sdk]} requests`, () => {
    expect(records.flatMap(({ requests }) => requests)).toHaveLength(counts[sdk]);
  });

  for (const [number, { op, requests, faults }] of records.entries()) {
    test(`${number}: ${op}`, async () => {
      for (const request of requests.filter(isSigned)) {
        expect(await send(withWrongSignature(request)), request.url).toMatchObject({ status: 401 });
      }
      for (const request of requests) await prepareFor(request);
      for (const fault of faults ?? []) emulator.faults.add(ruleOf(fault));
      emulator.faults.add({
        match: { outbound: 'any' },
        do: { type: 'status', status: 200, body: callbackAnswer },
      });
      for (const [index, request] of requests.entries()) {
        const sent = send(request);
        if (request.response.dropped) await expect(sent).rejects.toThrow();
        else check(request, await sent, refusals[`${sdk} ${op}`]?.[index]);
      }
      emulator.faults.clear();
    });
  }

  async function send(request: RecordedRequest): Promise<RawResponse> {
    const translate = (text: string) =>
      [...contexts].reduce((done, [theirs, ours]) => done.replaceAll(theirs, ours), text);
    const usesContexts = /^\/(bput|mkfile)\//.test(request.url);
    const recorded = requestBody(request);
    const body = request.url.startsWith('/mkfile/') ? Buffer.from(translate(recorded.toString())) : recorded;
    return sendRaw(emulator.port, {
      method: request.method,
      target: usesContexts ? translate(request.url) : request.url,
      headers: request.headers.map(([name, value]) => [
        name,
        /^content-length$/i.test(name) ? String(body.length) : value.replace('{host}', hostFor(request)),
      ]),
      body,
    });
  }

  /** Downloads have a host of their own. */
  function hostFor({ url }: RecordedRequest): string {
    return `${url.includes('?op=') ? 'bucket-one.localhost' : '127.0.0.1'}:${emulator.port}`;
  }

  /** Makes the object that is asked about, and clears the way for one that may not overwrite. */
  async function prepareFor(request: RecordedRequest): Promise<void> {
    const { method, url } = request;
    const { bucket, key } = objectOf(request);
    if (key) {
      await new TestClient(emulator, bucket).upload(key, 'seed', { policy: { overwrite: 1 } });
    } else if (url.startsWith('/append/')) {
      const [scopeBucket = '', scopeKey = ''] = policyOf(request).scope.split(':');
      const client = new TestClient(emulator, scopeBucket);
      await client.delete(scopeKey);
      const length = Number(url.split('/')[2]);
      if (length > 0) await client.append(scopeKey, 0, new Uint8Array(length));
    } else if (method === 'POST' && /^\/(file\/upload|mkfile)/.test(url)) {
      const policy = policyOf(request);
      const [scopeBucket = '', scopeKey = ''] = policy.scope.split(':');
      if (policy.overwrite !== 1) await new TestClient(emulator, scopeBucket).delete(scopeKey);
    }
  }

  function check(request: RecordedRequest, answer: RawResponse, refusal: number | undefined): void {
    const recorded = request.response;
    expect(answer.headers.get('x-reqid')).toMatch(/./);
    expect({ url: request.url, status: answer.status }).toEqual({
      url: request.url,
      status: refusal ?? recorded.status,
    });
    if (refusal !== undefined) return;
    const text = answer.body.toString();
    if (request.url.includes('?op=')) {
      const op = request.url.split('=')[1] ?? '';
      expect(JSON.parse(text)).toMatchObject(toldOf[op] ?? {});
    } else if (request.url === '/imageDetect') {
      expect(JSON.parse(text).results).toMatchObject([{ errMessage: '', pornDetect: { label: 0 } }]);
    } else if (recorded.status !== 200 || recorded.body === '' || recorded.body?.includes('"ctx":"x"')) {
      expect(text).toBe(recorded.body);
    } else if (request.url.startsWith('/append/')) {
      expect(Buffer.from(text, 'base64url').toString()).toMatch(/^hash=F.{27}$/);
      const next = Number(request.url.split('/')[2]) + 100;
      expect(answer.headers.get('x-wcs-next-append-position')).toBe(String(next));
    } else if (/^\/(mkblk|bput)\//.test(request.url)) {
      const ours = JSON.parse(text);
      const theirs = JSON.parse(recorded.body ?? '');
      expect({ ...ours, ctx: '' }).toEqual({ ...theirs, ctx: '' });
      contexts.set(theirs.ctx, ours.ctx);
    } else if (request.url.startsWith('/mkfile/')) {
      expect(JSON.parse(text)).toEqual({
        key: policyOf(request).scope.split(':')[1],
        hash: JSON.parse(recorded.body ?? '').hash,
      });
    } else if (request.url === '/file/upload' && policyOf(request).callbackUrl) {
      expect(text).toBe(callbackAnswer);
    } else if (request.url === '/file/upload') {
      const hash = Buffer.from(recorded.body ?? '', 'base64url').toString();
      expect(Buffer.from(text, 'base64url').toString()).toContain(hash);
    } else {
      expect(Object.keys(JSON.parse(text))).toEqual(
        expect.arrayContaining(Object.keys(JSON.parse(recorded.body ?? ''))),
      );
    }
  }
});

/** What downloads with `op` tell. */
const toldOf: Record<string, object> = {
  avinfo: { format: { filename: 'v.mp4' } },
  avinfo2: { format: { filename: 'v.mp4' } },
  imageInfo: { format: 'jpeg', width: 30, height: 20, size: String(picture.length) },
  exif: { Make: 'Curve' },
};

/** The object that must exist for a request to succeed. */
function objectOf({ url, body }: RecordedRequest): { bucket: string; key: string } {
  const decode = (text: string | undefined) => Buffer.from(text ?? '', 'base64url').toString();
  if (/^\/(stat|delete|move|copy)\//.test(url)) {
    const [bucket = '', key = ''] = decode(url.split('/')[2]).split(':');
    return { bucket, key };
  }
  if (url !== '/setdeadline' && url !== '/fops') return { bucket: '', key: '' };
  const [, bucket, key] = /^bucket=([^&]+)&key=([^&]+)/.exec(body.text ?? '') ?? [];
  return { bucket: decode(bucket), key: decode(key) };
}

/** The job that recorded requests ask about. */
async function storeRecordedJob(dataDir: string): Promise<void> {
  const storage = await openStorage(dataDir, { durability: 'fast', clock: () => recordedAt, buckets: [] });
  const record = {
    kind: 'fmgr/delete',
    code: jobCode.done,
    accessKey: keys.accessKey,
    createdAt: recordedAt,
  };
  await storage.metadata.commit([
    { type: 'put-job', id: '2001abcdef0123456789', record: { ...record, force: false, separate: false } },
  ]);
  await storage.close();
}

function ruleOf({ match, times, status, body, drop }: RecordedFault) {
  const [, method, pattern = match] = /^([A-Z]+) (.+)$/.exec(match) ?? [];
  return {
    match: { path: new RegExp(pattern), times, ...(method && { method }) },
    do: drop
      ? ('reset' as const)
      : {
          type: 'status' as const,
          status: status ?? 0,
          body: body ?? JSON.stringify({ code: status, message: 'scripted' }),
        },
  };
}

function policyOf({ headers, multipart }: RecordedRequest): {
  scope: string;
  overwrite?: number;
  callbackUrl?: string;
} {
  const token =
    multipart?.parts.find(part => part.name === 'token')?.body.text ??
    headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  return JSON.parse(Buffer.from(token?.split(':').at(-1) ?? '', 'base64url').toString());
}

/** Who asks how far a job is need not sign it. */
function isSigned(request: RecordedRequest): boolean {
  return !/^\/(fmgr\/status|status\/get\/prefop)|\?op=/.test(request.url);
}

/** The same request with another character in the middle of its signature. */
function withWrongSignature(request: RecordedRequest): RecordedRequest {
  const text = JSON.stringify(request);
  const at = text.indexOf(`${keys.accessKey}:`) + keys.accessKey.length + 20;
  const wrong = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
  const { multipart, ...rest } = JSON.parse(wrong) as RecordedRequest;
  if (!multipart) return rest;
  // No digest: the recorded one is of the right signature.
  return { ...rest, multipart, body: { ...rest.body, sha256: '' } };
}
