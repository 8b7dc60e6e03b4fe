import { tracingChannel } from 'node:diagnostics_channel';
import { expect, onTestFinished, test } from 'vitest';
import type { WcsCallTrace, WcsClient, WcsRequestTrace } from '../src/index.js';
import { emulated } from './support/emulated.js';

/** What is told by a channel from now on. */
function watched<T extends object>(name: string): [string, T][] {
  const seen: [string, T][] = [];
  const handlers = Object.fromEntries(
    ['start', 'end', 'asyncStart', 'asyncEnd', 'error'].map(event => [
      event,
      (trace: unknown) => void seen.push([event, trace as T]),
    ]),
  ) as unknown as Parameters<ReturnType<typeof tracingChannel>['subscribe']>[0];
  const channel = tracingChannel(name);
  channel.subscribe(handlers);
  onTestFinished(() => void channel.unsubscribe(handlers));
  return seen;
}

const of = (wcs: WcsClient, operation: string) => wcs.metrics().find(one => one.operation === operation);

test('requests are counted by what they ask for, with statuses, bytes and durations', async () => {
  const { wcs } = await emulated({ retry: { limit: 1, baseDelay: 1 } });
  expect(wcs.metrics()).toEqual([]);
  await wcs.upload({ bucket: 'photos', key: 'k', source: Buffer.alloc(1000) });
  await wcs.stat({ bucket: 'photos', key: 'k' });
  await expect(wcs.stat({ bucket: 'photos', key: 'none' })).rejects.toThrow();
  const stat = of(wcs, 'stat');
  expect(stat).toMatchObject({ requests: 2, inFlight: 0, statuses: { 200: 1, 404: 1 }, errors: {} });
  expect(stat?.bytesReceived).toBeGreaterThan(0);
  expect(stat?.durations.reduce((a, b) => a + b, 0)).toBe(2);
  const sent = wcs.metrics().reduce((sum, { bytesSent }) => sum + bytesSent, 0);
  expect(sent).toBeGreaterThanOrEqual(1000);
});

test('each attempt counts, and failures by their codes', async () => {
  const { emulator, wcs } = await emulated({ retry: { limit: 1, baseDelay: 1 } });
  await emulator.close();
  await expect(wcs.stat({ bucket: 'photos', key: 'k' })).rejects.toThrow();
  const { requests, errors, statuses } = of(wcs, 'stat') ?? {};
  expect({ requests, statuses }).toEqual({ requests: 2, statuses: {} });
  expect(Object.values(errors ?? {})).toEqual([2]);
});

test('a call and its requests are told of from their starts to their ends', async () => {
  const { wcs } = await emulated({ retry: { limit: 1, baseDelay: 1 } });
  const calls = watched<WcsCallTrace>('curve-wcs.wcs');
  const requests = watched<WcsRequestTrace>('curve-wcs.wcs.request');
  const failure = await wcs.stat({ bucket: 'photos', key: 'none' }).catch(error => error);
  expect(calls.map(([event]) => event)).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
  expect(calls.at(-1)?.[1]).toMatchObject({
    ...{ operation: 'stat', bucket: 'photos', key: 'none', status: 404, error: failure },
    milliseconds: expect.any(Number),
  });
  expect(requests.map(([event]) => event)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
  expect(requests.at(-1)?.[1]).toMatchObject({ operation: 'stat', method: 'GET', status: 404 });
});

test('no secret is told, not even in an address', async () => {
  const { emulator, wcs } = await emulated({ retry: { limit: 1, baseDelay: 1 } });
  const calls = watched<WcsCallTrace>('curve-wcs.wcs');
  const requests = watched<WcsRequestTrace>('curve-wcs.wcs.request');
  await wcs.upload({ bucket: 'photos', key: 'k', source: Buffer.alloc(10) });
  await wcs.stat({ bucket: 'photos', key: 'k' });
  for await (const _ of wcs.listObjects('photos')) break;
  expect(Math.min(calls.length, requests.length)).toBeGreaterThan(4);
  const told = JSON.stringify([calls, requests]);
  expect(told).not.toContain(emulator.secretKey);
  expect(told).not.toContain('?');
});
