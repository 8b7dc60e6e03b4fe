import { etag } from '@curve-wcs/etag';
import { affine, lcg } from '@curve-wcs/test-support';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { filesIn } from './support/files.js';
import { startEmulator } from './support/start.js';
import { decoded, type TestClient } from './support/test-client.js';

const mib = 1 << 20;

async function stat(client: TestClient, key: string) {
  const { headers, text } = await client.stat(key);
  const { fsize, hash, mimeType, expirationDate } = JSON.parse(text);
  return {
    fsize: Number(fsize),
    hash,
    mimeType,
    expirationDate,
    type: headers.get('x-wcs-object-type'),
    next: headers.get('x-wcs-next-append-position'),
  };
}

describe('append', () => {
  test('makes an object, and adds to its end', async () => {
    const { client } = await startEmulator();
    const first = await client.append('a.txt', 0, 'hello');
    expect(first).toMatchObject({ status: 200 });
    expect(decoded(first)).toBe(`hash=${etag(Buffer.from('hello'))}`);
    expect(first.headers.get('x-wcs-next-append-position')).toBe('5');
    const second = await client.append('a.txt', 5, ' world', {
      policy: { returnBody: 'h=$(hash)&s=$(fsize)' },
    });
    expect(decoded(second)).toBe(`h=${etag(Buffer.from('hello world'))}&s=11`);
    expect((await client.download('a.txt')).toString()).toBe('hello world');
    expect(await stat(client, 'a.txt')).toEqual({
      fsize: 11,
      hash: etag(Buffer.from('hello world')),
      mimeType: 'text/plain',
      expirationDate: '',
      type: 'Appendable',
      next: '11',
    });
  });

  test('keeps type and end of the object unless told otherwise', async () => {
    const { client } = await startEmulator({ clock: () => 0 });
    await client.append('a', 0, 'x', { fields: { mimeType: 'text/one', deadline: '1' } });
    await client.append('a', 1, 'x');
    expect(await stat(client, 'a')).toMatchObject({ mimeType: 'text/one', expirationDate: '86400000' });
    await client.append('a', 2, 'x', { fields: { mimeType: 'text/two', deadline: '2' } });
    expect(await stat(client, 'a')).toMatchObject({ mimeType: 'text/two', expirationDate: '172800000' });
    await client.append('a', 3, 'x', { fields: { deadline: '-1' } });
    expect(await stat(client, 'a')).toMatchObject({ fsize: 4, expirationDate: '' });
  });

  test('of nothing changes nothing', async () => {
    const { client } = await startEmulator();
    await client.append('a', 0, '');
    expect(await stat(client, 'a')).toMatchObject({ fsize: 0, hash: etag(new Uint8Array()), next: '0' });
    await client.append('a', 0, affine(4 * mib));
    await client.append('a', 4 * mib, '');
    expect(await stat(client, 'a')).toMatchObject({ fsize: 4 * mib, hash: etag(affine(4 * mib)) });
  });

  test.each([
    ['beyond the end', 'a', 6],
    ['before the end', 'a', 4],
    ['at the start of an object that exists', 'a', 0],
    ['to an object that does not exist', 'none', 1],
    ['to an object that was uploaded as a whole', 'whole', 5],
    ['to an object that was uploaded as a whole, at its start', 'whole', 0],
    ['at no number', 'a', 'x'],
    ['at a negative number', 'a', -1],
  ])('is refused %s', async (_name, key, position) => {
    const { client, emulator } = await startEmulator();
    await client.append('a', 0, 'hello');
    await client.upload('whole', 'hello');
    const answer = await client.append(key, position, 'x', { policy: { overwrite: 1 } });
    expect(answer).toMatchObject({ status: 400 });
    expect(JSON.parse(answer.text)).toEqual({ code: 400, message: expect.stringMatching(/./) });
    expect((await client.download('a')).toString()).toBe('hello');
    expect((await client.download('whole')).toString()).toBe('hello');
    expect(filesIn(emulator.dataDir)).toHaveLength(2);
  });

  test('is refused with a bad token, too large a result, no key, or no form', async () => {
    const { client, emulator } = await startEmulator();
    await client.append('a', 0, 'hello');
    const post = (body: FormData | string) => client.send('POST', '/append/5', { body });
    const form = new FormData();
    form.set('token', `${client.token()}x`);
    form.set('file', new Blob(['x']));
    expect(await post(form)).toMatchObject({ status: 401 });
    form.set('token', client.token());
    expect(await post(form)).toMatchObject({ status: 400, text: expect.stringContaining('names a key') });
    expect(await post('x')).toMatchObject({ status: 400 });
    expect(await client.append('a', 5, ' world', { policy: { fsizeLimit: 10 } })).toMatchObject({
      status: 401,
    });
    expect(await client.append('a', 5, 'x', { policy: { scope: 'b9:a' } })).toMatchObject({ status: 631 });
    expect((await client.download('a')).toString()).toBe('hello');
    expect(filesIn(emulator.dataDir)).toHaveLength(1);
  });

  test('of several clients at the same place succeeds for one', async () => {
    const { client, emulator } = await startEmulator();
    await client.append('a', 0, 'start');
    const pieces = Array.from({ length: 8 }, (_, index) => `piece ${index}`);
    const answers = await Promise.all(pieces.map(piece => client.append('a', 5, piece)));
    expect(answers.map(answer => answer.status).sort()).toEqual([200, 400, 400, 400, 400, 400, 400, 400]);
    const winner = pieces[answers.findIndex(answer => answer.status === 200)];
    expect((await client.download('a')).toString()).toBe(`start${winner}`);
    expect(filesIn(emulator.dataDir)).toHaveLength(1);
  });

  test('does not change copies, and copies can be appended to', async () => {
    const { client } = await startEmulator();
    await client.append('a', 0, 'one');
    await client.copy('a', 'b');
    await client.append('a', 3, ' two');
    await client.append('b', 3, ' drei');
    await client.move('b', 'c');
    await client.append('c', 8, ' vier');
    await client.delete('a');
    expect((await client.download('c')).toString()).toBe('one drei vier');
    expect(await stat(client, 'c')).toMatchObject({ hash: etag(Buffer.from('one drei vier')) });
  });

  test('does not disturb who is reading', async () => {
    const { client, emulator } = await startEmulator();
    await client.append('a', 0, lcg(3 * mib, 1));
    const reading = await fetch(emulator.downloadUrl('b1', 'a'));
    for (let at = 3 * mib; at < 3 * mib + 5000; at += 1000) await client.append('a', at, affine(1000));
    expect(Buffer.from(await reading.arrayBuffer()).equals(lcg(3 * mib, 1))).toBe(true);
  });

  test('of many small pieces makes few files', async () => {
    const { client, emulator } = await startEmulator();
    for (let index = 0; index < 60; index++) await client.append('a', index * 10, 'abcdefghij');
    expect((await client.download('a')).toString()).toBe('abcdefghij'.repeat(60));
    expect(filesIn(emulator.dataDir)).toHaveLength(1);
  });

  test('leaves the object as it was when the disk is full', async () => {
    const { client, emulator } = await startEmulator();
    await client.append('a', 0, 'hello');
    for (const room of [0, 3, 8]) {
      using _full = emulator.faults.add({
        match: { path: '/append' },
        do: { type: 'disk-full', bytes: room },
      });
      expect(await client.append('a', 5, ' world')).toMatchObject({ status: 500 });
      expect((await client.download('a')).toString()).toBe('hello');
      expect(filesIn(emulator.dataDir)).toHaveLength(1);
    }
    expect(await client.append('a', 5, ' world')).toMatchObject({ status: 200 });
    expect((await client.download('a')).toString()).toBe('hello world');
  });

  property.prop(
    [fc.array(fc.tuple(fc.integer({ min: 0, max: 5 * mib }), fc.boolean()), { minLength: 1, maxLength: 5 })],
    { numRuns: 12 },
  )('has the etag and content of the whole, however it is cut', async cuts => {
    const { client } = await startEmulator();
    let content = Buffer.alloc(0);
    for (const [size, small] of cuts) {
      const piece = lcg(small ? size % 5000 : size, size);
      expect(await client.append('a', content.length, piece)).toMatchObject({ status: 200 });
      content = Buffer.concat([content, piece]);
    }
    expect(await stat(client, 'a')).toMatchObject({ fsize: content.length, hash: etag(content) });
    expect((await client.download('a')).equals(content)).toBe(true);
  });
});
