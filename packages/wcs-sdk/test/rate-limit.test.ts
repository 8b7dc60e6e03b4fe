import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { lcg, temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { RateLimit } from '../src/http/rate-limit.js';
import { WcsClient } from '../src/index.js';
import { emulated } from './support/emulated.js';

describe('a rate', () => {
  it('lets each piece wait for those before it, and no longer', async () => {
    vi.useFakeTimers();
    // Its own timers do not change the clock that Node.js gives.
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => Date.now());
    onTestFinished(() => {
      clock.mockRestore();
      vi.useRealTimers();
    });
    const limit = new RateLimit(1000);
    const taken: number[] = [];
    const all = Promise.all([500, 250, 250].map(bytes => limit.take(bytes).then(() => taken.push(bytes))));
    await vi.advanceTimersByTimeAsync(499);
    expect(taken).toEqual([500]);
    await vi.advanceTimersByTimeAsync(1);
    expect(taken).toEqual([500, 250]);
    await vi.advanceTimersByTimeAsync(250);
    await all;
    // What was not used is not saved up.
    await vi.advanceTimersByTimeAsync(60_000);
    await limit.take(100);
    const next = limit.take(100).then(() => taken.push(100));
    await vi.advanceTimersByTimeAsync(99);
    expect(taken).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(1);
    await next;
    expect(taken).toHaveLength(4);
  });

  it('does not wait for a clock that is set back', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const limit = new RateLimit(100_000);
    await limit.take(1);
    vi.setSystemTime(Date.now() - 3_600_000);
    await limit.take(1);
    await limit.take(1, AbortSignal.timeout(20_000));
  });

  it('does not hold what was aborted', async () => {
    const limit = new RateLimit(1);
    await limit.take(1_000_000);
    const abort = new AbortController();
    const waiting = limit.take(1, abort.signal);
    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});

describe('a client with maxRate', () => {
  it('sends and receives the same as without, of all kinds', async () => {
    const { wcs } = await emulated({ maxRate: 2 ** 30 });
    for (const size of [0, 1000, 3 * 2 ** 20]) {
      const content = lcg(size, 5);
      const object = { bucket: 'photos', key: `k${size}`, overwrite: true };
      for (const source of [content, Readable.from([content])]) {
        for (const formThreshold of [0, 1e8]) {
          expect(await wcs.upload({ ...object, source, formThreshold })).toMatchObject({
            verified: true,
            size,
          });
          if (source instanceof Readable) break;
        }
      }
      const { bucket, key } = object;
      expect((await wcs.download({ bucket, key })).data.equals(content)).toBe(true);
      const to = join(temporaryFolder(), 'k');
      await wcs.download({ bucket, key, to, partSize: 2 ** 20 });
      expect(readFileSync(to).equals(content)).toBe(true);
    }
  });

  it('ends at once when a call that waits for its turn is aborted', async () => {
    const { wcs } = await emulated({ maxRate: 4096 });
    const signal = AbortSignal.timeout(200);
    const upload = wcs.upload({ bucket: 'photos', key: 'k', source: lcg(2 ** 20), signal });
    const reason = await upload.catch((error: unknown) => error);
    expect(reason).toBe(signal.reason);
  });

  it.each([0, 4095, 1.5, Number.NaN])('refuses a rate of %s', maxRate => {
    expect(() => new WcsClient({ maxRate })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('maxRate') }),
    );
  });
});
