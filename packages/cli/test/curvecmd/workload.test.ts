import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { operations, WORKLOADS, type Workload } from '../../src/curvecmd/bench/workload.js';

const base: Workload = { name: 'read', blockSize: 4096, offset: 8192, size: 3 * 4096, readShare: 0.5 };
const first = (workload: Workload, count: number, random?: () => number) => {
  const next = operations(workload, random);
  return Array.from({ length: count }, next);
};

test('a sequential one goes through the region, and begins anew at its end', () => {
  expect(first({ ...base, name: 'write' }, 4)).toEqual([
    { kind: 'write', offset: 8192 },
    { kind: 'write', offset: 12_288 },
    { kind: 'write', offset: 16_384 },
    { kind: 'write', offset: 8192 },
  ]);
});

test('a mixed one reads as often as wanted', () => {
  const kinds = (readShare: number) => {
    const some = first({ ...base, name: 'randrw', readShare }, 10_000);
    return some.filter(({ kind }) => kind === 'read').length / some.length;
  };
  expect(kinds(1)).toBe(1);
  expect(kinds(0)).toBe(0);
  expect(kinds(0.7)).toBeGreaterThan(0.65);
  expect(kinds(0.7)).toBeLessThan(0.75);
});

property.prop([
  fc.constantFrom(...WORKLOADS),
  fc.integer({ min: 1, max: 100 }),
  fc.integer({ min: 0, max: 100 }),
  fc.float({ min: 0, max: Math.fround(0.999), noNaN: true }),
])('no operation leaves the region, and all are aligned', (name, blocks, skipped, random) => {
  const workload = { ...base, name, offset: skipped * 4096, size: blocks * 4096 };
  for (const { offset } of first(workload, 200, () => random)) {
    expect(offset % 4096).toBe(0);
    expect(offset).toBeGreaterThanOrEqual(workload.offset);
    expect(offset + 4096).toBeLessThanOrEqual(workload.offset + workload.size);
  }
});
