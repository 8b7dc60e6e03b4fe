import { urlSafeBase64Decode } from '@curve-wcs/etag';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { checkDateRange } from '../src/buckets/date-range.js';
import { WcsClient } from '../src/index.js';
import { emulated } from './support/emulated.js';
import { rawServer } from './support/raw-server.js';

const RANGE = { startDate: '2023-11-10', endDate: '2023-11-12' };

async function answered(answer: object) {
  const { url, seen } = await rawServer((_, response) => response.end(JSON.stringify(answer)));
  const wcs = new WcsClient({ accessKey: 'ak', secretKey: 'sk', managementUrl: url });
  return { wcs, seen };
}

it('buckets are listed', async () => {
  const { wcs } = await emulated();
  expect(await wcs.buckets.list()).toEqual([{ name: 'backup' }, { name: 'photos' }]);
});

describe('the emulator', () => {
  const around = () => ({
    startDate: new Date(Date.now() - 86_400_000),
    endDate: new Date(Date.now() + 86_400_000),
  });

  it('tells what its buckets hold, and what it counted', async () => {
    const { wcs } = await emulated();
    await wcs.upload({ bucket: 'photos', key: 'k', source: new Uint8Array(2 ** 20) });
    await wcs.download({ bucket: 'photos', key: 'k' });
    const most = (days: { storage?: number; value?: number }[] = []) =>
      Math.max(...days.map(({ storage, value }) => storage ?? value ?? 0));

    const { buckets } = await wcs.buckets.stat({ bucket: ['photos', 'backup'], ...around(), details: true });
    expect(buckets.map(({ name, days }) => [name, most(days)])).toEqual([
      ['photos', 1],
      ['backup', 0],
    ]);
    expect(buckets[0]?.days[0]?.raw).toHaveProperty('storageDetails');
    const archived = await wcs.buckets.stat({ bucket: 'photos', ...around(), storageClass: 'Archive' });
    expect(most(archived.buckets[0]?.days)).toBe(0);

    for (const type of ['uploadTraffic', 'downloadTraffic', 'uploadRequest', 'downloadRequest']) {
      const counted = await wcs.buckets.statistics({ bucket: 'photos', type, ...around() });
      expect(most(counted.buckets[0]?.days), type).toBeGreaterThanOrEqual(1);
    }
    await expect(
      wcs.buckets.statistics({ bucket: 'photos', type: 'noSuchCounter', ...around() }),
    ).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(wcs.buckets.stat({ bucket: ['photos', 'nowhere'], ...around() })).rejects.toMatchObject({
      code: 'BUCKET_NOT_FOUND',
    });
  });
});

describe('what buckets hold', () => {
  it('is a number, whether the service writes it as one or as a text', async () => {
    const { wcs } = await answered({
      code: '200',
      buckets: [
        { name: 'a', detail: [{ data_time: '2023-11-10', storage: '1.500' }] },
        { name: 'b', detail: [{ data_time: '2023-11-10', storage: 2, extra: 'x' }] },
        { name: 'c', detail: [] },
      ],
    });
    const { buckets } = await wcs.buckets.stat({ bucket: ['a', 'b', 'c'], ...RANGE });
    expect(buckets).toEqual([
      { name: 'a', days: [{ date: '2023-11-10', storage: 1.5, raw: expect.anything() }] },
      { name: 'b', days: [{ date: '2023-11-10', storage: 2, raw: expect.objectContaining({ extra: 'x' }) }] },
      { name: 'c', days: [] },
    ]);
  });

  property.prop([fc.array(fc.stringMatching(/^[a-z0-9.-]{3,20}$/), { minLength: 1, maxLength: 9 })])(
    'is asked for all buckets together',
    async names => {
      const { wcs, seen } = await answered({ buckets: [] });
      await wcs.buckets.stat({ bucket: names, ...RANGE });
      const { searchParams } = new URL(seen[0]?.url ?? '', 'http://x');
      expect(Buffer.from(urlSafeBase64Decode(searchParams.get('name') ?? '')).toString()).toBe(
        names.join('|'),
      );
    },
  );
});

describe('what was counted for buckets', () => {
  it.each([
    { data_time: '2023-11-10', uploadTraffic: '12' },
    { data_time: '2023-11-10', value: 12 },
    { data_time: '2023-11-10', unit: 'byte', flow: '12' },
  ])('is found in %o', async day => {
    const { wcs } = await answered({ buckets: [{ name: 'a', detail: [day] }] });
    const { buckets } = await wcs.buckets.statistics({ bucket: 'a', type: 'uploadTraffic', ...RANGE });
    expect(buckets).toEqual([{ name: 'a', days: [{ date: '2023-11-10', value: 12, raw: day }] }]);
  });

  it.each([true, false])('is asked for with details: %s', async details => {
    const { wcs, seen } = await answered({ buckets: [] });
    await wcs.buckets.statistics({ bucket: 'a', type: 'uploadRequest', ...RANGE, details });
    expect(seen[0]?.url).toContain(
      `type=uploadRequest&startdate=2023-11-10&enddate=2023-11-12&isListDetails=${details}`,
    );
  });
});

describe('ranges of days', () => {
  it.each([
    ['2026-01-01', '2026-01-01'],
    ['2026-01-31', '2026-07-31'],
    ['2025-08-31', '2026-02-28'],
    ['2024-02-29', '2024-08-29'],
    [new Date('2026-01-01T23:59:59Z'), new Date('2026-07-01T00:00:00Z')],
  ])('%s to %s is at most six months', (startDate, endDate) => {
    expect(checkDateRange({ startDate, endDate })).toEqual({
      start: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      end: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    });
  });

  it.each<[unknown, unknown, string]>([
    ['2026-01-01', '2026-07-02', 'until 2026-07-01'],
    ['2025-08-31', '2026-03-01', 'until 2026-02-28'],
    ['2026-01-02', '2026-01-01', 'before'],
    ['2026-02-30', '2026-03-01', 'startDate'],
    ['2026-1-1', '2026-01-02', 'startDate'],
    ['2026-01-01', '20260102', 'endDate'],
    ['2026-01-01', '2026-13-01', 'endDate'],
    [undefined, '2026-01-02', 'startDate'],
    [new Date(Number.NaN), '2026-01-02', 'startDate'],
    [1767225600000, '2026-01-02', 'startDate'],
  ])('%s to %s is refused', (startDate, endDate, words) => {
    expect(() => checkDateRange({ startDate, endDate } as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(words) }),
    );
  });

  property.prop([
    fc.date({ min: new Date('2000-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }),
    fc.integer({ min: 0, max: 181 }),
  ])('of up to 181 days are always allowed, of more than 184 never', (startDate, days) => {
    const after = (count: number) => new Date(startDate.getTime() + count * 86_400_000);
    expect(checkDateRange({ startDate, endDate: after(days) }).start).toBe(
      startDate.toISOString().slice(0, 10),
    );
    expect(() => checkDateRange({ startDate, endDate: after(185 + days) })).toThrow(/six months/);
  });
});
