import { describe, expect, test } from 'vitest';
import type { DetectionResult, LiveRecording } from '../src/index.js';
import { startEmulator } from './support/start.js';
import { TestClient } from './support/test-client.js';
import { b64u } from './support/tokens.js';

const image = 'http://img.example.com/a.jpg';
const body = (url: string, type: string, bucket = 'b1') => `image=${b64u(url)}&type=${type}&bucket=${bucket}`;

describe('imageDetect', () => {
  test('tells the results that were loaded', async () => {
    const { emulator, client } = await startEmulator({
      detections: [
        { image, type: 'porn', label: 1, rate: 0.25, review: true },
        { image, type: 'terror', label: 0 },
        {
          image: 'b1:dir/中 a.jpg',
          type: 'political',
          label: 1,
          persons: [{ name: 'N', rate: 0.5, review: false }],
        },
      ],
    });
    const ask = async (url: string, type: string) =>
      JSON.parse((await client.manage('POST', '/imageDetect', body(url, type))).text);
    expect(await ask(image, 'porn')).toEqual({
      results: [{ image, errMessage: '', pornDetect: { label: 1, rate: 0.25, review: true } }],
    });
    expect(await ask(image, 'terror')).toEqual({
      results: [{ image, errMessage: '', terrorDetect: { label: 0, rate: 1, review: false } }],
    });
    const stored = emulator.downloadUrl('b1', 'dir/中 a.jpg');
    expect(await ask(stored, 'political')).toEqual({
      results: [
        {
          image: stored,
          errMessage: '',
          politicalDetect: { label: 1, persons: [{ name: 'N', rate: 0.5, review: false }] },
        },
      ],
    });
    expect(await ask(image, 'political')).toEqual({
      results: [{ image, errMessage: 'no political result is loaded for this image' }],
    });
    emulator.detections.clear();
    expect(await ask(image, 'porn')).toMatchObject({
      results: [{ errMessage: expect.stringContaining('no porn') }],
    });
  });

  test.each([
    ['without an image', 'type=porn&bucket=b1', 400],
    ['of no URL', body('a.jpg', 'porn'), 400],
    ['of another type', body(image, 'cats'), 400],
    ['without a bucket', `image=${b64u(image)}&type=porn`, 400],
    ['for a bucket that does not exist', body(image, 'porn', 'b9'), 631],
    ['in an image that is not Base64', 'image=!!&type=porn&bucket=b1', 400],
  ])('%s is refused', async (_name, request, status) => {
    const { client } = await startEmulator();
    expect(await client.manage('POST', '/imageDetect', request)).toMatchObject({ status });
  });
});

describe('wslive', () => {
  const recording = (startTime: string, more = {}): LiveRecording => ({
    bucket: 'b1',
    channelname: 'chan1',
    startTime,
    key: `live/${startTime}.mp4`,
    ...more,
  });

  test('lists the recordings that were loaded', async () => {
    const { client } = await startEmulator({
      liveRecordings: [
        recording('20231110120000', { endTime: '20231110130000', duration: 3600 }),
        recording('20231110000000'),
        recording('20231111000000'),
        recording('20231111000001'),
        recording('20231110120000', { channelname: 'chan2' }),
        recording('20231110120000', { bucket: 'b2' }),
      ],
    });
    const list = async (rest = '') => {
      const target = `/wslive/list?channelname=chan1&startTime=20231110000000&endTime=20231111000000&bucket=b1${rest}`;
      return JSON.parse((await client.manage('GET', target)).text).items;
    };
    const all = [
      recording('20231110000000'),
      recording('20231110120000', { endTime: '20231110130000', duration: 3600 }),
      recording('20231111000000'),
    ];
    expect(await list()).toEqual(all);
    expect(await list('&start=2&limit=1')).toEqual(all.slice(1, 2));
    expect(await list('&start=0')).toEqual(all);
    expect(await list('&start=4')).toEqual([]);
  });

  test.each([
    ['without a channel', 'startTime=20231110000000&endTime=20231110000000&bucket=b1', 400],
    ['at a time that is none', 'channelname=c&startTime=2023&endTime=20231110000000&bucket=b1', 400],
    ['without a bucket', 'channelname=c&startTime=20231110000000&endTime=20231110000000', 400],
    [
      'of a bucket that does not exist',
      'channelname=c&startTime=20231110000000&endTime=20231110000000&bucket=b9',
      631,
    ],
    ['of no size', 'channelname=c&startTime=20231110000000&endTime=20231110000000&bucket=b1&limit=0', 400],
  ])('%s is refused', async (_name, query, status) => {
    const { client } = await startEmulator();
    expect(await client.manage('GET', `/wslive/list?${query}`)).toMatchObject({ status });
  });

  test('is for the owner of the bucket', async () => {
    const { emulator } = await startEmulator({
      credentials: [
        { accessKey: 'one', secretKey: 's1', buckets: ['b1'] },
        { accessKey: 'two', secretKey: 's2', buckets: ['b2'] },
      ],
    });
    const two = new TestClient({ url: emulator.url, accessKey: 'two', secretKey: 's2' });
    const target = '/wslive/list?channelname=c&startTime=20231110000000&endTime=20231110000000&bucket=b1';
    expect(await two.manage('GET', target)).toMatchObject({ status: 403 });
    expect(await two.manage('POST', '/imageDetect', body(image, 'porn'))).toMatchObject({ status: 403 });
  });
});

describe('the control endpoint', () => {
  const control = async (url: string, method: string, value?: unknown) => {
    const response = await fetch(url, {
      method,
      ...(value !== undefined && { body: JSON.stringify(value) }),
    });
    return { status: response.status, value: await response.json() };
  };

  test('loads, lists and forgets detection results', async () => {
    const { emulator } = await startEmulator();
    const url = `${emulator.url}/-/control/detections`;
    const result: DetectionResult = { image, type: 'porn', label: 0 };
    expect(await control(url, 'POST', result)).toEqual({ status: 200, value: [result] });
    expect(
      await control(url, 'POST', [
        { ...result, label: 2 },
        { ...result, type: 'terror' },
      ]),
    ).toMatchObject({
      value: [{ label: 2 }, { type: 'terror' }],
    });
    expect(emulator.detections.list()).toHaveLength(2);
    expect(await control(url, 'GET')).toMatchObject({ status: 200, value: { length: 2 } });
    expect(await control(url, 'DELETE')).toEqual({ status: 200, value: [] });
  });

  test('loads, lists and forgets recordings', async () => {
    const { emulator } = await startEmulator();
    const url = `${emulator.url}/-/control/live-recordings`;
    const recording = { bucket: 'b1', channelname: 'c', startTime: '20231110000000' };
    expect(await control(url, 'POST', [recording])).toEqual({ status: 200, value: [recording] });
    expect(emulator.liveRecordings.list()).toEqual([recording]);
    expect(await control(url, 'DELETE')).toEqual({ status: 200, value: [] });
  });

  test.each([
    ['detections', { image, type: 'cats', label: 1 }],
    ['detections', { image, type: 'porn', label: 0.5 }],
    ['detections', { image: '', type: 'porn', label: 0 }],
    ['detections', { image, type: 'porn', label: 0, rate: 2 }],
    ['detections', 'text'],
    ['detections', [null]],
    ['live-recordings', { bucket: 'b1', channelname: 'c', startTime: 'now' }],
    ['live-recordings', { bucket: 'b1', startTime: '20231110000000' }],
  ])('refuses for %s what makes no sense: %j', async (path, value) => {
    const { emulator } = await startEmulator();
    expect(await control(`${emulator.url}/-/control/${path}`, 'POST', value)).toMatchObject({ status: 400 });
  });
});
