import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { WcsClient } from '../src/index.js';
import { emulated } from './support/emulated.js';
import { rawServer } from './support/raw-server.js';

const TIMES = { startTime: '20231110000000', endTime: '20231111000000' };

describe('recordings', () => {
  it('of a channel are listed, a page at a time', async () => {
    const { emulator, wcs } = await emulated();
    for (const hour of ['10', '11', '12']) {
      const startTime = `20231110${hour}0000`;
      emulator.liveRecordings.add({ bucket: 'photos', channelname: 'c', startTime, key: `c/${hour}.mp4` });
    }
    const list = { bucket: 'photos', channel: 'c', ...TIMES };
    expect((await wcs.live.list(list)).items).toHaveLength(3);
    const { items, requestId } = await wcs.live.list({ ...list, start: 2, limit: 1 });
    expect(items).toMatchObject([{ key: 'c/11.mp4' }]);
    expect(requestId).toEqual(expect.any(String));
    expect((await wcs.live.list({ ...list, channel: 'other' })).items).toEqual([]);
    await expect(wcs.live.list({ ...list, bucket: 'nowhere' })).rejects.toMatchObject({
      code: 'BUCKET_NOT_FOUND',
    });
  });

  it('may come as a bare list', async () => {
    const { url } = await rawServer((_, response) => response.end('[{"key":"a"},{"key":"b"}]'));
    await using wcs = new WcsClient({ accessKey: 'ak', secretKey: 'sk', managementUrl: url });
    expect(await wcs.live.list({ bucket: 'photos', channel: 'c', ...TIMES })).toEqual({
      items: [{ key: 'a' }, { key: 'b' }],
      raw: [{ key: 'a' }, { key: 'b' }],
    });
  });

  it.each(['', 'null', '"text"', '<html>'])('%j is an error', async answer => {
    const { url } = await rawServer((_, response) => response.end(answer));
    await using wcs = new WcsClient({ accessKey: 'ak', secretKey: 'sk', managementUrl: url });
    await expect(wcs.live.list({ bucket: 'photos', channel: 'c', ...TIMES })).rejects.toMatchObject({
      code: 'UNEXPECTED_RESPONSE',
    });
  });

  property.prop([fc.string({ unit: 'grapheme', minLength: 1 })])(
    'of a channel by any name are asked for by that name',
    async channel => {
      const { url, seen } = await rawServer((_, response) => response.end('[]'));
      await using wcs = new WcsClient({ accessKey: 'ak', secretKey: 'sk', managementUrl: url });
      await wcs.live.list({ bucket: 'photos', channel, ...TIMES });
      const { searchParams } = new URL(seen[0]?.url ?? '', 'http://x');
      expect(Object.fromEntries(searchParams)).toEqual({ channelname: channel, bucket: 'photos', ...TIMES });
    },
  );
});
