import { describe, expect, it } from 'vitest';
import { WcsClient } from '../src/index.js';
import { emulated } from './support/emulated.js';
import { rawServer } from './support/raw-server.js';

const PROBED = {
  streams: [
    {
      index: 0,
      codec_name: 'h264',
      codec_type: 'video',
      profile: 'High',
      width: 1280,
      height: '720',
      avg_frame_rate: '30000/1001',
      duration: '12.500000',
      bit_rate: '1205959',
    },
    {
      index: '1',
      codec_name: 'aac',
      codec_type: 'audio',
      avg_frame_rate: '0/0',
      sample_rate: '44100',
      channels: 2,
      bit_rate: 'N/A',
    },
  ],
  format: { format_name: 'mov,mp4', duration: '12.5', size: '1000000', bit_rate: '640000' },
};

describe('avinfo', () => {
  it.each(['avinfo', 'avinfo2'] as const)('%s gives numbers as numbers', async operation => {
    const { url, seen } = await rawServer((_, response) => response.end(JSON.stringify(PROBED)));
    await using wcs = new WcsClient({ downloadUrl: `${url}/{bucket}` });
    const info = await wcs.media[operation]({ bucket: 'photos', key: 'a b.mp4' });
    expect(seen[0]?.url).toBe(`/photos/a%20b.mp4?op=${operation}`);
    expect(seen[0]?.headers).not.toHaveProperty('authorization');
    expect(info.format).toEqual({
      name: 'mov,mp4',
      duration: 12.5,
      size: 1e6,
      bitRate: 640000,
      raw: PROBED.format,
    });
    expect(info.streams).toEqual([
      {
        index: 0,
        type: 'video',
        codec: 'h264',
        profile: 'High',
        width: 1280,
        height: 720,
        frameRate: 30000 / 1001,
        duration: 12.5,
        bitRate: 1205959,
        raw: PROBED.streams[0],
      },
      { index: 1, type: 'audio', codec: 'aac', sampleRate: 44100, channels: 2, raw: PROBED.streams[1] },
    ]);
    expect(info.raw).toEqual(PROBED);
  });

  it('of what is not there is an error', async () => {
    const { wcs } = await emulated();
    await expect(wcs.media.avinfo({ bucket: 'photos', key: 'nothing' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      operation: 'avinfo',
    });
  });

  it('an answer that is the object itself, since the domain knows no such question, is an error', async () => {
    const { url } = await rawServer((_, response) => response.end('the object'));
    await using wcs = new WcsClient();
    await expect(wcs.media.avinfo2({ url: `${url}/v.mp4` })).rejects.toMatchObject({
      code: 'UNEXPECTED_RESPONSE',
    });
  });
});
