import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { WcsClient } from '../src/index.js';
import { callsOf, everyCall } from './support/every-call.js';
import {
  CONTENT,
  HASH,
  hostileService,
  LARGE_CONTENT,
  lengthOf,
  type Spoilt,
} from './support/hostile-service.js';

const SIZE = CONTENT.length;
const STORED = { bucket: 'photos', key: 'k', size: SIZE, etag: HASH };
const MOVED = { bucket: 'backup', key: 'k' };
const STAT = { size: SIZE, hash: HASH, mimeType: 'text/plain', putTime: new Date(1_700_000_000_000) };
const DONE = { id: 'id', finished: true, state: 'finished', items: [{ state: 'succeeded' }] };
const JOB = { id: 'id' };
const days = (day: object) => ({ buckets: [{ name: 'photos', days: [day] }] });

/** What each call must give, if it gives anything. */
const RIGHT: Record<string, unknown> = {
  upload: { ...STORED, verified: true },
  'upload in blocks': { ...STORED, verified: true, method: 'blocks' },
  'upload piece by piece': { bucket: 'photos', key: 'k', size: LARGE_CONTENT.length, verified: true },
  uploadFromUrl: { ...STORED, verified: true },
  uploadMany: undefined,
  makeBlock: { ctx: 'c', offset: 3 },
  putChunk: { ctx: 'c', offset: 3 },
  makeFile: { key: 'k', hash: HASH },
  append: { bucket: 'photos', key: 'k', size: SIZE },
  download: { data: CONTENT, size: SIZE },
  'download to a file': CONTENT.toString(),
  'download to a file, resumable': CONTENT.toString(),
  downloadStream: CONTENT.toString(),
  stat: { key: 'k', ...STAT },
  delete: {},
  deleteMany: undefined,
  exists: true,
  move: MOVED,
  copy: MOVED,
  setDeadline: {},
  prefetch: { items: [{ key: 'k' }] },
  listObjects: { value: { items: [{ key: 'k', ...STAT }], marker: '' } },
  'buckets.list': [{ name: 'photos' }],
  'buckets.stat': days({ date: 'd', storage: 1.5 }),
  'buckets.statistics': days({ date: 'd', value: 7 }),
  'fmgr.copy': JOB,
  'fmgr.move': JOB,
  'fmgr.fetch': JOB,
  'fmgr.delete': JOB,
  'fmgr.deletePrefix': JOB,
  'fmgr.deleteM3u8': JOB,
  'fmgr.setDeadline': JOB,
  'fmgr.compress': JOB,
  'fops.execute': JOB,
  'fmgr.status': { id: 'id', finished: true },
  'fops.status': { id: 'id', finished: true },
  'job.wait': DONE,
  'images.imageInfo': { width: 7, height: 5 },
  'images.exif': {},
  'images.detect': { results: [{ label: 0 }] },
  'media.avinfo': { streams: [{}] },
  'media.avinfo2': { streams: [{}] },
  'live.list': { items: [{}] },
};

const calls: typeof everyCall = {
  ...everyCall,
  append: (wcs, options) =>
    wcs.append({ bucket: 'photos', key: 'k', source: CONTENT, position: 0, ...options }),
  'upload in blocks': (wcs, options) =>
    wcs.upload({ bucket: 'photos', key: 'k', source: CONTENT, formThreshold: 0, ...options }),
  'upload piece by piece': (wcs, options) =>
    wcs.upload({ bucket: 'photos', key: 'k', source: LARGE_CONTENT, ...options }),
  'download to a file': (wcs, options) =>
    toFile(to => wcs.download({ bucket: 'photos', key: 'k', to, ...options })),
  'download to a file, resumable': (wcs, options) =>
    toFile(to => wcs.download({ bucket: 'photos', key: 'k', to, resume: true, ...options })),
};

/** What is in the file that a download has made. */
async function toFile(download: (to: string) => Promise<unknown>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'curve-wcs-hostile-'));
  const to = join(folder, 'k');
  try {
    await download(to).catch(error => {
      expect(existsSync(to)).toBe(false);
      throw error;
    });
    return readFileSync(to, 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A client of a hostile service, and a way to make a call that meets one case of its answers. */
async function hostile(name: string, retries: number) {
  const { url, cases } = await hostileService();
  const service = name === 'upload piece by piece' ? `${url}/large` : url;
  const wcs = new WcsClient({
    accessKey: 'ak',
    secretKey: 'sk',
    uploadUrl: service,
    managementUrl: service,
    downloadUrl: service,
    retry: { limit: retries, baseDelay: 1, maxDelay: 1 },
    timeouts: { idle: 3000 },
  });
  let number = 0;
  return async (answers: Spoilt[], asked: string[] = []) => {
    const id = String(number++);
    cases.set(id, { answers: [...answers], asked });
    return calls[name]?.(wcs, { headers: { 'x-case': id } });
  };
}

/** Fails if a call resolves with something else than the truth, or rejects with something unheard of. */
async function expectTruth(name: string, outcome: Promise<unknown>, how: unknown): Promise<void> {
  const result = await outcome.catch(error => {
    expect(error, JSON.stringify(how)).toMatchObject({ name: 'WcsError' });
    return error;
  });
  if (!(result instanceof Error)) expectRight(name, result, how);
}

function expectRight(name: string, result: unknown, how: unknown): void {
  const right = RIGHT[name];
  if (typeof right === 'object') expect(result, JSON.stringify(how)).toMatchObject(right as object);
  else expect(result, JSON.stringify(how)).toBe(right);
}

it('every call is tried', () => {
  expect(Object.keys(RIGHT).toSorted()).toEqual(Object.keys(calls).toSorted());
  expect(Object.keys(calls)).toEqual(expect.arrayContaining(callsOf(new WcsClient())));
});

describe.each(Object.keys(calls))('%s', name => {
  it('gives the truth of a right answer, however its end is told', async () => {
    const ask = await hostile(name, 0);
    for (const framing of ['length', 'chunked', 'close'] as const) {
      expectRight(name, await ask([{ framing }]), framing);
    }
  });

  it('takes none of its answers for whole that ends at any byte', async () => {
    const ask = await hostile(name, 0);
    const targets: string[] = [];
    await ask([{}], targets);
    const cuts = targets.flatMap((target, place) => {
      const right = Array<Spoilt>(place).fill({});
      // Where only the connection's end tells the end, a reset is all that there is to tell that it came too early.
      return [
        ...everyByte(target, 'close').map(cut => [
          ...right,
          { framing: 'close', cut, end: 'reset' } as const,
        ]),
        ...everyByte(target, 'length').map(cut => [
          ...right,
          { framing: 'length', cut, end: 'close' } as const,
        ]),
      ];
    });
    expect(cuts.length).toBeGreaterThan(100);
    for (let at = 0; at < cuts.length; at += 32) {
      await Promise.all(cuts.slice(at, at + 32).map(how => expectTruth(name, ask(how), how)));
    }
  });
});

function everyByte(target: string, framing: 'close' | 'length'): number[] {
  return Array.from({ length: lengthOf(target, framing) }, (_, byte) => byte);
}

/** What is no text, no number and no list of anything: another text would be a lie that nobody can see through. */
const ODD = [null, true, false, [null], {}, { code: 200 }];
const BODIES = ['', '{}', 'null', '"x"', '0', '<html></html>', '{"code":500}', '{"code":200}', 'aGFzaD0='];
const spoilt = fc.record(
  {
    status: fc.constantFrom(200, 200, 200, 201, 204, 206, 302, 401, 403, 500, 503),
    body: fc.constantFrom(...BODIES),
    member: fc.oneof(
      fc.record({ which: fc.nat(30) }),
      fc.record({ which: fc.nat(30), value: fc.constantFrom<unknown>(...ODD) }),
    ),
    framing: fc.constantFrom('length' as const, 'chunked' as const, 'close' as const),
    cut: fc.nat(400),
    end: fc.constantFrom('close' as const, 'reset' as const),
  },
  { requiredKeys: [] },
);

describe('no call resolves with what is not true, whatever the service answers:', () => {
  for (const name of Object.keys(calls)) {
    const cases = {
      cases: fc.array(fc.array(spoilt, { minLength: 1, maxLength: 3 }), { minLength: 8, maxLength: 8 }),
    };
    property.prop(cases, { numRuns: 8 })(name, async ({ cases }) => {
      const ask = await hostile(name, 1);
      await Promise.all(cases.map(answers => expectTruth(name, ask(answers), answers)));
    });
  }
});
