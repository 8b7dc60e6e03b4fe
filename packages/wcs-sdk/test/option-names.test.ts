import { describe, expect, it } from 'vitest';
import { WcsClient } from '../src/index.js';
import { emulated } from './support/emulated.js';
import { callsOf, everyCall } from './support/every-call.js';
import { rawServer } from './support/raw-server.js';

// biome-ignore lint/suspicious/noExplicitAny: what is tested is what types would not let through
type Untyped = any;

const CLIENT = {
  accessKey: 'ak',
  secretKey: 'sk',
  uploadUrl: '127.0.0.1:9',
  managementUrl: '127.0.0.1:9',
  downloadUrl: '127.0.0.1:9',
};

it.each(Object.keys(everyCall))(
  '%s refuses a misspelt option before any I/O, and says what was meant',
  async name => {
    const { url, connections } = await rawServer((_, response) => response.end('{}'));
    await using wcs = new WcsClient({ ...CLIENT, uploadUrl: url, managementUrl: url, downloadUrl: url });
    const call = async () => everyCall[name]?.(wcs, { timeuot: 5 } as Untyped);
    await expect(call()).rejects.toMatchObject({
      name: 'WcsError',
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/"timeuot"; did you mean timeout\?/),
    });
    expect(connections()).toBe(0);
  },
);

it('every call is among them', () => {
  const wcs = new WcsClient();
  const tried = new Set(Object.keys(everyCall));
  expect(callsOf(wcs).filter(name => !tried.has(name))).toEqual([]);
});

it.each<[name: string, call: (wcs: Untyped) => unknown]>([
  ['formThreshhold', wcs => wcs.upload({ bucket: 'b', key: 'k', source: '.', formThreshhold: 1 })],
  ['contentType', wcs => wcs.upload({ bucket: 'b', key: 'k', source: '.', contentType: 'a/b' })],
  ['Overwrite', wcs => wcs.upload({ bucket: 'b', key: 'k', source: '.', Overwrite: true })],
  ['toString', wcs => wcs.upload({ bucket: 'b', key: 'k', source: '.', toString: 1 })],
  ['concurency', wcs => wcs.uploadMany({ bucket: 'b', items: [], concurency: 1 })],
  ['maxRedirect', wcs => wcs.uploadFromUrl({ bucket: 'b', url: 'http://x/', maxRedirect: 1 })],
  ['peiceSize', wcs => wcs.appender({ bucket: 'b', key: 'k', peiceSize: 1 })],
  ['maxsize', wcs => wcs.browserUpload({ bucket: 'b', key: 'k', maxSize: 1, maxsize: 1 })],
  ['expiresin', wcs => wcs.downloadUrl({ bucket: 'b', key: 'k', expiresin: 1 })],
  ['partsize', wcs => wcs.download({ bucket: 'b', key: 'k', to: 'x', partsize: 1 })],
  ['prefx', wcs => wcs.listObjects('b', { prefx: 'p' })],
  ['intervall', wcs => wcs.fmgr.job('j').wait({ intervall: 1 })],
  ['returnbody', wcs => wcs.upload({ bucket: 'b', key: 'k', source: '.', policy: { returnbody: 'x' } })],
])('%s is no option', async (name, call) => {
  await using wcs = new WcsClient(CLIENT);
  await expect((async () => call(wcs))()).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining(name),
  });
});

it.each<[say: string, options: Untyped]>([
  ['did you mean accessKey', { acessKey: 'ak' }],
  ['did you mean uploadUrl', { uploadURL: 'x' }],
  ['uploadUrl', { uploadUrl: 5 }],
  ['downloadUrl', { downloadUrl: {} }],
  ['secretKey', { accessKey: 'ak', secretKey: 5 }],
  ['retry', { retry: null }],
  ['onAnswer', { onAnswer: 'x' }],
  ['recordFolder', { recordFolder: 5 }],
  ['did you mean policy', { defaults: { polocy: {} } }],
  ['options of WcsClient', null],
  ['options of WcsClient', 'http://x'],
])('a client whose options are wrong says: %s', (say, options) => {
  expect(() => new WcsClient(options)).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(say) }),
  );
});

describe('everything fails with a WcsError', () => {
  const object = { bucket: 'b', key: 'k' };
  const upload = { ...object, source: Buffer.from('x') };
  it.each<[call: (wcs: Untyped) => unknown]>([
    [wcs => wcs.upload()],
    [wcs => wcs.upload(null)],
    [wcs => wcs.upload('./file')],
    [wcs => wcs.upload({ ...upload, policy: null })],
    [wcs => wcs.upload({ ...upload, retry: null })],
    [wcs => wcs.upload({ ...upload, onProgress: 'x' })],
    [wcs => wcs.upload({ ...upload, variables: { a: '\ud800' }, formThreshold: 0 })],
    [wcs => wcs.upload({ ...upload, formThreshold: 0, uploadId: 'a\nb' })],
    [wcs => wcs.upload({ ...upload, formThreshold: 0, uploadId: 'ä' })],
    [wcs => wcs.upload({ ...upload, formThreshold: 0, uploadId: '../a' })],
    [wcs => wcs.upload({ ...upload, uploadId: 5 })],
    [wcs => wcs.uploadMany()],
    [wcs => wcs.uploadMany({ bucket: 'b', items: [null] })],
    [wcs => wcs.stat()],
    [wcs => wcs.delete(null)],
    [wcs => wcs.move()],
    [wcs => wcs.append()],
    [wcs => wcs.appender()],
    [wcs => wcs.download()],
    [wcs => wcs.download({ ...object, blockSize: 0 })],
    [wcs => wcs.download({ ...object, etag: 5 })],
    [wcs => wcs.downloadStream()],
    [wcs => wcs.browserUpload()],
    [wcs => wcs.objectUrl()],
    [wcs => wcs.downloadUrl()],
    [wcs => wcs.listObjects('b', null)],
    [wcs => wcs.listObjects('b', { prefix: 5 })],
    [wcs => wcs.listObjects('b', { prefix: '\ud800' })],
    [wcs => wcs.buckets.list(null)],
    [wcs => wcs.fmgr.delete(['b:k'], null)],
    [wcs => wcs.fops.execute()],
    [wcs => wcs.fmgr.job('j').wait({ onUpdate: 5 })],
    [wcs => wcs.live.list()],
    [wcs => wcs.images.imageInfo()],
    [wcs => wcs.media.avinfo(null)],
  ])('%s', async call => {
    await using wcs = new WcsClient({ ...CLIENT, retry: { limit: 0 } });
    await expect((async () => call(wcs))()).rejects.toMatchObject({
      name: 'WcsError',
      code: 'INVALID_ARGUMENT',
    });
  });

  it('an answer that is not what it should be among it', async () => {
    const { url } = await rawServer((_, response) =>
      response.writeHead(303, { location: 'http://x/?upload_ret=no+base64!' }).end(),
    );
    await using wcs = new WcsClient({ ...CLIENT, uploadUrl: url });
    await expect(wcs.upload(upload)).rejects.toMatchObject({ code: 'UNEXPECTED_RESPONSE' });
  });

  it('a client that is closed among it, wherever its work has got to', async () => {
    for (let round = 0; round < 5; round++) {
      const { wcs } = await emulated();
      const source = Buffer.alloc(9 * 2 ** 20, round);
      const work = wcs.upload({ bucket: 'photos', key: 'k', source, formThreshold: 0 }).catch(error => error);
      for (let turn = 0; turn < round; turn++) await new Promise(setImmediate);
      await wcs.close();
      const outcome = await work;
      expect(outcome.name === 'WcsError' ? outcome.code : 'stored').toMatch(/^(CLIENT_CLOSED|stored)$/);
    }
  });
});

it('what a listing gives may name an object', async () => {
  const { wcs } = await emulated();
  await wcs.upload({ bucket: 'photos', key: 'k', source: Buffer.from('x') });
  for await (const found of wcs.listObjects('photos')) {
    expect((await wcs.stat({ bucket: 'photos', ...found })).size).toBe(1);
    await wcs.delete({ bucket: 'photos', ...found });
  }
});

it('types refuse misspelt options as well', () => {
  const wcs = new WcsClient();
  // Never called: what is tested is whether it compiles.
  const misspelt = [
    // @ts-expect-error
    () => wcs.upload({ bucket: 'b', source: '.', formThreshhold: 1 }),
    // @ts-expect-error
    () => wcs.upload({ bucket: 'b', source: '.', policy: { returnbody: '' } }),
    // @ts-expect-error
    () => wcs.download({ bucket: 'b', key: 'k', to: 'x', partsize: 1 }),
    // @ts-expect-error
    () => wcs.uploadMany({ items: [], concurency: 1 }),
    // @ts-expect-error
    () => wcs.stat({ bucket: 'b', key: 'k', timeuot: 1 }),
    // @ts-expect-error
    () => wcs.listObjects('b', { prefx: '' }),
    // @ts-expect-error
    () => new WcsClient({ acessKey: '' }),
  ];
  expect(misspelt).toHaveLength(7);
});
