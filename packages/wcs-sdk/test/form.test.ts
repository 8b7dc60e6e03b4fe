import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { encodeForm } from '../src/upload/form.js';
import { emulated } from './support/emulated.js';

const text = fc.string({ unit: 'grapheme' });

/** Reads a form as a service does. */
async function decoded({ contentType, head, tail }: ReturnType<typeof encodeForm>, content: Uint8Array) {
  const body = new Uint8Array(Buffer.concat([head, content, tail]));
  return new Response(body, { headers: { 'content-type': contentType } }).formData();
}

describe('a form', () => {
  property.prop([fc.array(fc.tuple(fc.stringMatching(/^[a-z:]{1,20}$/), text)), text, fc.uint8Array()])(
    'is read as it was meant, whatever is in it',
    async (fields, name, content) => {
      const form = await decoded(encodeForm(fields, { name, mimeType: 'application/x-test' }), content);
      const file = form.get('file') as File;
      expect([...form].slice(0, -1)).toEqual(fields);
      expect([file.name, file.type]).toEqual([name, 'application/x-test']);
      expect(Buffer.from(await file.arrayBuffer()).equals(content)).toBe(true);
    },
  );

  property.prop([fc.uint8Array()])('has a boundary that is in no content, and another each time', content => {
    const [one, other] = [1, 2].map(() => encodeForm([], { name: 'n', mimeType: 'a/b' }).contentType);
    expect(one).not.toBe(other);
    expect(Buffer.from(content).includes(String(one).split('=')[1] ?? '')).toBe(false);
  });

  it('keeps what looks like a part of it in its place', async () => {
    const hostile = '\r\n--x\r\nContent-Disposition: form-data; name="token"\r\n\r\nstolen';
    const form = await decoded(
      encodeForm(
        [
          ['token', 'right'],
          ['x:a', hostile],
        ],
        { name: '"; name="token\r\n', mimeType: 'a/b' },
      ),
      Buffer.from(hostile),
    );
    expect([form.getAll('token'), form.get('x:a')]).toEqual([['right'], hostile]);
    expect((form.get('file') as File).name).toBe('"; name="token\r\n');
  });

  property.prop([fc.dictionary(fc.stringMatching(/^[\w.-]{1,10}$/), text, { maxKeys: 4 }), text], {
    numRuns: 25,
  })('carries variables and a description to the service', async (texts, description) => {
    const { wcs } = await shared();
    const variables = Object.fromEntries(
      Object.entries(texts).map(([name, value]) => [name, value.replaceAll('&', '')]),
    );
    const returnBody = Object.fromEntries(Object.keys(variables).map(name => [name, `$(x:${name})`]));
    const { answer } = await wcs.upload({
      bucket: 'photos',
      key: 'k',
      source: Buffer.from('x'),
      overwrite: true,
      variables,
      description,
      ...(Object.keys(returnBody).length > 0 ? { policy: { returnBody } } : {}),
    });
    expect(answer).toMatchObject(variables);
  });

  it.each(['key', 'hash'])('may answer with a variable called %s', async name => {
    const { wcs } = await emulated();
    const stored = await wcs.upload({
      bucket: 'photos',
      key: 'called',
      source: Buffer.from('x'),
      overwrite: true,
      variables: { [name]: 'mine' },
      policy: { returnBody: { [name]: `$(x:${name})` } },
    });
    expect(stored).toMatchObject({ key: 'called', verified: true, answer: { [name]: 'mine' } });
  });
});

let running: ReturnType<typeof emulated> | undefined;

/** One emulator for all runs of a property. */
async function shared() {
  running ??= emulated();
  return running;
}
