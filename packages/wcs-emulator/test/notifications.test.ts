import { describe, expect, test } from 'vitest';
import { FaultRegistry } from '../src/faults/fault-registry.js';
import type { FaultRule } from '../src/faults/fault-rule.js';
import { type NotificationRequest, sendNotification } from '../src/notifications/send-notification.js';
import { isLoopbackHost } from '../src/outbound/destination.js';
import { OutboundClient } from '../src/outbound/outbound-client.js';
import { documentOf, startReceiver } from './support/receiver.js';

/** Sends a notification with a clock that never lets anyone wait. */
async function notify(
  url: string,
  options: Partial<NotificationRequest> & { faults?: FaultRule[]; hosts?: string[]; timeout?: number } = {},
) {
  const { faults = [], hosts = [], timeout = 10_000, ...rest } = options;
  const client = new OutboundClient({ hosts, faults: new FaultRegistry(faults, Math.random), timeout });
  const pauses: number[] = [];
  const failures: number[] = [];
  const result = await sendNotification({
    url,
    body: { id: '中' },
    client,
    wait: async milliseconds => {
      pauses.push(milliseconds);
    },
    onFailure: async ({ attempts }) => {
      failures.push(attempts);
    },
    ...rest,
  });
  return { result, pauses, failures };
}

describe('a notification', () => {
  test('is a POST of Base64 of JSON', async () => {
    const receiver = await startReceiver();
    const { result } = await notify(`${receiver.url}/hook?a=b`);
    expect(result).toEqual({ attempts: 1 });
    const [request] = receiver.received;
    expect(request).toMatchObject({ method: 'POST', target: '/hook?a=b' });
    expect(request?.headers).toMatchObject({ 'content-type': 'text/plain' });
    expect(request?.body.toString()).toBe('eyJpZCI6IuS4rSJ9');
    expect(request && documentOf(request)).toEqual({ id: '中' });
  });

  test('that fails is sent three times more at once, five times a minute apart, and given up', async () => {
    const receiver = await startReceiver(() => 503);
    const { result, pauses, failures } = await notify(receiver.url);
    expect(result).toEqual({ attempts: 9, error: 'the receiver answered 503' });
    expect(pauses).toEqual(Array(5).fill(60_000));
    expect(failures).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(receiver.received).toHaveLength(9);
  });

  test('ends its attempts with the first that is taken', async () => {
    const receiver = await startReceiver((_, number) => (number < 6 ? 302 : 204));
    const { result, pauses } = await notify(receiver.url);
    expect(result).toEqual({ attempts: 6 });
    expect(pauses).toEqual([60_000, 60_000]);
  });

  test('goes on after a restart where it had stopped', async () => {
    const receiver = await startReceiver(() => 500);
    const { result, pauses, failures } = await notify(receiver.url, { attemptsMade: 7 });
    expect(result).toMatchObject({ attempts: 9 });
    expect(pauses).toEqual([60_000, 60_000]);
    expect(failures).toEqual([8, 9]);
    expect((await notify(receiver.url, { attemptsMade: 9 })).result).toMatchObject({ attempts: 9 });
    expect(receiver.received).toHaveLength(2);
  });

  test('stops when its signal does', async () => {
    const receiver = await startReceiver(() => 'hang');
    const controller = new AbortController();
    const sent = notify(receiver.url, { signal: controller.signal });
    await expect.poll(() => receiver.received).toHaveLength(1);
    controller.abort(new Error('enough'));
    await expect(sent).rejects.toThrow('enough');
  });

  test('fails when the receiver answers without end', async () => {
    const receiver = await startReceiver(() => ({ body: 'x'.repeat(2 << 20) }));
    const { result } = await notify(receiver.url, { retryDelays: [] });
    expect(result).toEqual({ attempts: 1, error: expect.stringContaining('more than') });
  });

  test('fails when the receiver takes too long', async () => {
    const receiver = await startReceiver(() => 'hang');
    const { result } = await notify(receiver.url, { timeout: 50, retryDelays: [0] });
    expect(result).toEqual({ attempts: 2, error: expect.stringMatching(/did not answer within 50 ms/) });
  });

  test.each([
    ['no URL', 'nonsense', /not an http or https URL/],
    ['another scheme', 'file:///etc/passwd', /not an http or https URL/],
    ['another machine', 'http://192.0.2.1/', /not allowed/],
    ['another name', 'http://localhost.example.com/', /not allowed/],
    ['a name that begins like an address', 'http://127.example.com/', /not allowed/],
    ['every address of this machine', 'http://0.0.0.0/', /not allowed/],
  ])('to %s is given up at once', async (_name, url, error) => {
    const { result, failures } = await notify(url);
    expect(result).toEqual({ attempts: 1, error: expect.stringMatching(error) });
    expect(failures).toEqual([]);
  });

  test('may go to another host where that is allowed', async () => {
    const { result } = await notify('http://receiver.invalid/', {
      hosts: ['receiver.invalid'],
      retryDelays: [],
    });
    expect(result.error).toMatch(/receiver\.invalid/);
    expect(result.error).not.toMatch(/not allowed/);
  });

  test('meets the faults that are made for it', async () => {
    const receiver = await startReceiver();
    const fault = (action: string): FaultRule => ({
      match: { outbound: 'notification', nth: 1 },
      do: action,
    });
    const run = async (action: string) =>
      notify(`${receiver.url}/${action.split(' ')[0]}`, { faults: [fault(action)] });
    for (const action of ['status 500', 'reset', 'drop', 'reset during 3']) {
      expect((await run(action)).result, action).toEqual({ attempts: 2 });
    }
    expect((await run('delay 1ms')).result).toEqual({ attempts: 1 });
    const inbound = await notify(`${receiver.url}/other`, { faults: [{ do: 'status 500' }] });
    expect(inbound.result).toEqual({ attempts: 1 });
    const seen = (target: string) => receiver.received.filter(request => request.target === target).length;
    expect([seen('/status'), seen('/drop'), seen('/other')]).toEqual([1, 2, 1]);
  });
});

test.each([
  ['127.0.0.1', true],
  ['127.255.0.9', true],
  ['[::1]', true],
  ['::ffff:127.0.0.1', true],
  ['localhost', true],
  ['app.LOCALHOST', true],
  ['128.0.0.1', false],
  ['localhost.evil', false],
  ['[::2]', false],
  ['', false],
])('%s is loopback: %s', (host, expected) => {
  expect(isLoopbackHost(host)).toBe(expected);
});
