import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { startEmulator } from './support/start.js';
import { b64u } from './support/tokens.js';

/** Pieces of the grammar of requests, and what does not belong there. */
const word = fc.constantFrom(
  ...['bucket', 'key', 'prefix', 'resource', 'fetchURL', 'keys', 'keyList', 'saveas', 'output', 'deadline'],
  ...['deletets', 'md5', 'decompression', 'fetchTS', 'fops', 'notifyURL', 'force', 'separate', 'relevance'],
  ...[
    '/',
    '/',
    '/',
    ';',
    '|',
    '=',
    '&',
    '0',
    '1',
    '-1',
    'zip',
    ' ',
    '',
    '\0',
    '\n',
    '\r\n',
    '%',
    '%00',
    '..',
    '==',
  ],
  ...['__proto__', 'constructor', 'toString', '\u{1F4A9}', '\ud800', '𝄞', 'é'],
  ...['b1', 'b9', 'b1:', ':a', 'b1:a', 'b1:a/../../b', '/etc/passwd', 'a\0b', 'x'.repeat(1001), '中'].map(
    b64u,
  ),
);
const body = fc.array(fc.oneof(word, fc.string()), { maxLength: 25 }).map(words => words.join(''));
const item = fc
  .array(
    fc.tuple(
      fc.constantFrom('bucket', 'key', 'prefix', 'resource', 'keys', 'saveas', 'deadline', 'output'),
      word,
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map(pairs => `fops=${pairs.map(pair => pair.join('/')).join('/')}`);

const operations = [
  ...['fetch', 'copy', 'move', 'delete', 'deletePrefix', 'deletem3u8', 'setdeadline', 'compress'].map(
    name => `/fmgr/${name}`,
  ),
  '/setdeadline',
];

property.prop([fc.constantFrom(...operations), fc.oneof(body, item)], { numRuns: 400 })(
  'no body of a management request is worse than refused',
  async (target, text) => {
    const { emulator, client } = await shared();
    const answer = await client.manage('POST', target, Buffer.from(text).toString());
    expect([200, 400, 403, 404, 413, 631]).toContain(answer.status);
    if (answer.status !== 200) {
      expect(JSON.parse(answer.text)).toEqual({ code: answer.status, message: expect.stringMatching(/./) });
    }
    expect(emulator.requests.at(-1)?.status).toBe(answer.status);
  },
);

const segment = fc
  .array(fc.oneof(word, fc.string()), { maxLength: 6 })
  .map(words => encodeURIComponent(Buffer.from(words.join('')).toString()));
const paths = ['/move', '/copy', '/prefetch', '/append', '/stat', '/delete'];

property.prop([fc.constantFrom(...paths), fc.array(segment, { minLength: 1, maxLength: 3 })], {
  numRuns: 300,
})('no path of a request is worse than refused', async (path, segments) => {
  const { client } = await shared();
  const target = [path, ...segments].join('/');
  const answer = await client.manage(path === '/stat' ? 'GET' : 'POST', target);
  expect([400, 401, 403, 404, 405, 631]).toContain(answer.status);
  expect(JSON.parse(answer.text)).toEqual({ code: answer.status, message: expect.stringMatching(/./) });
});

const figures = fc.array(
  fc.tuple(
    fc.constantFrom('name', 'type', 'startdate', 'enddate', 'isListDetails', 'storageType'),
    fc.oneof(word, fc.constantFrom('2023-11-10', '2023-99-99', 'true', 'Standard')),
  ),
  { minLength: 1, maxLength: 7 },
);

property.prop([fc.constantFrom('stat', 'statistics'), figures], { numRuns: 200 })(
  'no query for figures is worse than refused',
  async (call, pairs) => {
    const { client } = await shared();
    const query = pairs.map(pair =>
      pair.map(text => encodeURIComponent(Buffer.from(text).toString())).join('='),
    );
    const answer = await client.manage('GET', `/bucket/${call}?${query.join('&')}`);
    expect([200, 400, 631]).toContain(answer.status);
  },
);

test('a huge body is refused before it has arrived', async () => {
  const { client } = await startEmulator();
  const text = 'x'.repeat(10 << 20);
  for (const target of operations) {
    expect(await client.manage('POST', target, text)).toMatchObject({ status: 413 });
  }
  expect((await client.list()).items).toEqual([]);
});

test('a job of very many commands is carried out', async () => {
  const { client } = await startEmulator();
  await client.upload('a', 'x');
  const fops = Array.from({ length: 5000 }, () => `bucket/${b64u('b1')}/key/${b64u('a')}`).join(';');
  const job = await client.run('delete', fops);
  expect(job.items).toHaveLength(5000);
  expect(job.items.every(done => done.code === 3)).toBe(true);
  expect((await client.list()).items).toEqual([]);
});

/** One emulator for all runs of the running property. */
function shared(): ReturnType<typeof startEmulator> {
  const { currentTestName = '' } = expect.getState();
  const started = servers.get(currentTestName) ?? startEmulator();
  servers.set(currentTestName, started);
  return started;
}

const servers = new Map<string, ReturnType<typeof startEmulator>>();
