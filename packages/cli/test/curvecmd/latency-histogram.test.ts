import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { LatencyHistogram } from '../../src/curvecmd/bench/latency-histogram.js';

const histogramOf = (nanoseconds: number[]) => {
  const histogram = new LatencyHistogram();
  for (const one of nanoseconds) histogram.record(one);
  return histogram;
};

test('nothing recorded', () => {
  const histogram = new LatencyHistogram();
  expect(histogram.count).toBe(0);
  expect(histogram.summary()).toMatchObject({ min: 0, mean: 0, p50: 0, max: 0 });
  expect(histogram.buckets()).toEqual([]);
});

test('percentiles and buckets of a known run', () => {
  // 1 to 1000 µs, each once.
  const histogram = histogramOf(Array.from({ length: 1000 }, (_, i) => (i + 1) * 1000));
  const { min, mean, p50, p90, p99, max } = histogram.summary();
  expect(min).toBe(1);
  expect(mean).toBeCloseTo(500.5, 0);
  expect(p50 / 500).toBeCloseTo(1, 2);
  expect(p90 / 900).toBeCloseTo(1, 2);
  expect(p99 / 990).toBeCloseTo(1, 2);
  expect(max / 1000).toBeCloseTo(1, 2);
  expect(histogram.buckets()).toEqual(
    [
      [1, 1],
      [2, 1],
      [5, 3],
      [10, 5],
      [20, 10],
      [50, 30],
      [100, 50],
      [200, 100],
      [500, 300],
      [1000, 500],
    ].map(([upTo, count]) => ({ upTo, count })),
  );
});

property.prop([fc.array(fc.integer({ min: 1, max: 2 ** 40 }), { minLength: 1 })])(
  'every operation is in one bucket, and percentiles are in order',
  nanoseconds => {
    const histogram = histogramOf(nanoseconds);
    const total = histogram.buckets().reduce((sum, { count }) => sum + count, 0);
    expect(total).toBe(nanoseconds.length);
    expect(histogram.count).toBe(nanoseconds.length);
    const { min, p50, p90, p99, 'p99.9': p999, max } = histogram.summary();
    const ordered = [min, p50, p90, p99, p999, max];
    expect([...ordered].sort((a, b) => a - b)).toEqual(ordered);
  },
);
