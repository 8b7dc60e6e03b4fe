import { temporaryFolder } from '@curve-wcs/test-support';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { startWcsEmulator } from '../src/index.js';
import { startEmulator } from './support/start.js';
import { TestClient } from './support/test-client.js';
import { b64u } from './support/tokens.js';

const day = 86_400_000;
const mib = 1 << 20;
const start = Date.parse('2023-11-10T12:00:00Z');

interface BucketFigures {
  name: string;
  detail: Record<string, unknown>[];
}

async function figures(
  client: TestClient,
  call: 'stat' | 'statistics',
  query: string,
  { names = 'b1', from = '2023-11-10', to = '2023-11-14' } = {},
): Promise<BucketFigures[]> {
  const target = `/bucket/${call}?name=${b64u(names)}${query}&startdate=${from}&enddate=${to}`;
  const { status, text } = await client.manage('GET', target);
  if (status !== 200) throw new Error(`${call}: ${status} ${text}`);
  const answer = JSON.parse(text);
  expect(answer).toMatchObject({ code: '200', message: 'OK' });
  return answer.buckets;
}

async function storageOf(client: TestClient, query = ''): Promise<Record<string, unknown>> {
  const [bucket] = await figures(client, 'stat', query);
  return Object.fromEntries((bucket?.detail ?? []).map(entry => [entry['data_time'], entry['storage']]));
}

describe('bucket stat', () => {
  test('tells the most that was stored on each day, up to today', async () => {
    let now = start;
    const { client } = await startEmulator({ clock: () => now });
    await client.upload('a', new Uint8Array(mib));
    await client.upload('b', new Uint8Array(mib / 2));
    await client.delete('a');
    now += 2 * day;
    await client.copy('b', 'c');
    await client.append('log', 0, new Uint8Array(mib));
    await client.append('log', mib, new Uint8Array(1024));
    await client.move('c', 'b');
    expect(await storageOf(client)).toEqual({
      '2023-11-10': '1.500',
      '2023-11-11': '0.500',
      '2023-11-12': '2.001',
    });
    now += 2 * day;
    await client.upload('log', '', { policy: { overwrite: 1 } });
    expect(await storageOf(client)).toMatchObject({ '2023-11-13': '1.501', '2023-11-14': '1.501' });
    now += day;
    expect(await figures(client, 'stat', '', { from: '2023-11-15', to: '2023-11-30' })).toEqual([
      { name: 'b1', detail: [{ data_time: '2023-11-15', storage: '0.500' }] },
    ]);
    expect(await figures(client, 'stat', '', { from: '2023-11-01', to: '2023-11-02' })).toMatchObject([
      { detail: [{ storage: '0.000' }, { storage: '0.000' }] },
    ]);
  });

  test('of what ended counts until then, whenever it is deleted', async () => {
    let now = start;
    const dataDir = temporaryFolder();
    const options = { dataDir, clock: () => now, durability: 'fast', buckets: ['b1'] } as const;
    const first = await startWcsEmulator(options);
    await new TestClient(first).upload('a', new Uint8Array(mib), { fields: { deadline: '1' } });
    await first.close();
    now += 4 * day;
    const second = await startWcsEmulator(options);
    expect(await storageOf(new TestClient(second))).toEqual({
      '2023-11-10': '1.000',
      '2023-11-11': '1.000',
      '2023-11-12': '0.000',
      '2023-11-13': '0.000',
      '2023-11-14': '0.000',
    });
    await second.close();
  });

  test('can be of several buckets, of a storage type, and with details', async () => {
    const { client } = await startEmulator({ clock: () => start, buckets: ['b1', 'b2'] });
    await client.upload('a', new Uint8Array(mib));
    const range = { from: '2023-11-10', to: '2023-11-10' };
    expect(await figures(client, 'stat', '', { names: 'b2|b1', ...range })).toEqual([
      { name: 'b2', detail: [{ data_time: '2023-11-10', storage: '0.000' }] },
      { name: 'b1', detail: [{ data_time: '2023-11-10', storage: '1.000' }] },
    ]);
    expect(await storageOf(client, '&storageType=Standard')).toEqual({ '2023-11-10': '1.000' });
    expect(await storageOf(client, '&storageType=Archive')).toEqual({ '2023-11-10': '0.000' });
    expect(await figures(client, 'stat', '&isListDetails=true', range)).toEqual([
      {
        name: 'b1',
        detail: [
          {
            data_time: '2023-11-10',
            storage: '1.000',
            storageDetails: { Standard: '1.000', InfrequentAccess: '0.000', Archive: '0.000' },
          },
        ],
      },
    ]);
  });

  property.prop([fc.array(fc.tuple(fc.nat(3), fc.nat(3), fc.nat(2)), { maxLength: 30 })], { numRuns: 10 })(
    'adds up, whatever many clients do at the same time',
    async steps => {
      const { client } = await startEmulator({ clock: () => start });
      const work = steps.map(([key, size, what]) => {
        if (what === 0) return client.delete(String(key));
        if (what === 1) return client.copy(String(key), String((key + 1) % 4));
        return client.upload(String(key), new Uint8Array(size * 1024), { policy: { overwrite: 1 } });
      });
      await Promise.all(work);
      const { items } = await client.list();
      // So much more than there was before that the most is stored now.
      const total = items.reduce((sum, item) => sum + item.fsize, 0);
      await client.upload('last', new Uint8Array(mib));
      expect(await storageOf(client)).toEqual({ '2023-11-10': ((total + mib) / mib).toFixed(3) });
    },
  );
});

describe('bucket statistics', () => {
  test('counts uploads and downloads by day, and keeps the counts', async () => {
    let now = start;
    const dataDir = temporaryFolder();
    const options = { dataDir, clock: () => now, durability: 'fast', buckets: ['b1', 'b2'] } as const;
    const first = await startWcsEmulator(options);
    const client = new TestClient(first);
    await client.upload('a', new Uint8Array(1_000_000));
    await client.makeBlocks(new Uint8Array(500_000));
    await client.download('a');
    await client.download('a');
    await fetch(first.downloadUrl('b1', 'a'), { headers: { Range: 'bytes=0-499999' } });
    await client.stat('a');
    now += day;
    await fetch(first.downloadUrl('b1', 'a'), { method: 'HEAD' });
    await first.close();
    const second = await startWcsEmulator(options);
    const later = new TestClient(second);
    const of = async (type: string) => {
      const [bucket] = await figures(later, 'statistics', `&type=${type}`, { to: '2023-11-11' });
      return bucket?.detail.map(entry => entry[type]);
    };
    expect(await of('uploadRequest')).toEqual(['2', '0']);
    expect(await of('downloadRequest')).toEqual(['3', '1']);
    expect(await of('downloadTraffic')).toEqual(['2.500', '0.000']);
    // The form around the file counts too.
    expect(await of('uploadTraffic')).toEqual([expect.stringMatching(/^1\.50[01]$/), '0.000']);
    expect(await figures(later, 'statistics', '&type=uploadRequest', { names: 'b2' })).toMatchObject([
      { name: 'b2', detail: [{ uploadRequest: '0' }, { uploadRequest: '0' }] },
    ]);
    await later.upload('b', 'x');
    expect(await of('uploadRequest')).toEqual(['2', '1']);
    await second.close();
  });

  test.each(['', 'nonsense', 'constructor'])('of the type %j are refused', async type => {
    const { client } = await startEmulator();
    await expect(figures(client, 'statistics', `&type=${type}`)).rejects.toThrow('400');
  });
});

describe.each(['stat', 'statistics'])('bucket %s is refused', call => {
  const query = (name: string, from: string, to: string, rest = '') =>
    `name=${name}&type=uploadTraffic&startdate=${from}&enddate=${to}${rest}`;
  const b1 = b64u('b1');
  test.each([
    ['without a name', query('', '2023-11-10', '2023-11-12'), 400],
    ['for a name that is not Base64', query('!!', '2023-11-10', '2023-11-12'), 400],
    ['for an empty name', query(b64u('b1|'), '2023-11-10', '2023-11-12'), 400],
    ['for a missing bucket', query(b64u('b1|b9'), '2023-11-10', '2023-11-12'), 631],
    ["for someone else's bucket", query(b64u('theirs'), '2023-11-10', '2023-11-12'), 403],
    ['without dates', `name=${b1}&type=uploadTraffic`, 400],
    ['for a day that does not exist', query(b1, '2023-02-30', '2023-03-01'), 400],
    ['for a day in another form', query(b1, '20231110', '20231112'), 400],
    ['for days in the wrong order', query(b1, '2023-11-12', '2023-11-10'), 400],
    ['for more than six months', query(b1, '2023-01-10', '2023-07-11'), 400],
    ['with isListDetails=1', query(b1, '2023-11-10', '2023-11-12', '&isListDetails=1'), 400],
  ])('%s', async (_name, text, status) => {
    const { emulator } = await startEmulator({
      buckets: ['theirs'],
      credentials: [{ accessKey: 'ak', secretKey: 'sk', buckets: ['b1'] }],
    });
    const client = new TestClient(emulator);
    expect(await client.manage('GET', `/bucket/${call}?${text}`)).toMatchObject({ status });
  });

  test('without a signature', async () => {
    const { client } = await startEmulator();
    const target = `/bucket/${call}?${query(b1, '2023-11-10', '2023-11-12')}`;
    expect(await client.send('GET', target)).toMatchObject({ status: 401 });
  });
});

test('six months to the day are allowed', async () => {
  const { client } = await startEmulator({ clock: () => start });
  const [bucket] = await figures(client, 'stat', '', { from: '2023-01-10', to: '2023-07-10' });
  expect(bucket?.detail).toHaveLength(182);
});
