import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { alice, openVolume, startCluster } from './support/cluster.js';

// Reads and writes by two descriptors under faults, many at a time, most of them cut short by a signal or a deadline: what
// succeeded is right, whatever was given up before, and memory given back is never touched again.

const BLOCK = 4096;
/** Blocks of each worker, which are its alone. */
const REGION = 64;

const operation = fc.record({
  write: fc.boolean(),
  block: fc.integer({ min: 0, max: REGION - 1 }),
  blocks: fc.integer({ min: 1, max: 40 }),
  /** Milliseconds until it is aborted or its deadline passes. */
  patience: fc.option(fc.integer({ min: 1, max: 30 }), { freq: 2 }),
  how: fc.constantFrom('signal', 'deadline'),
});
const fault = fc.record({
  match: fc.record({
    method: fc.constantFrom('ReadChunk', 'WriteChunk', 'GetLeader'),
    probability: fc.double({ min: 0.05, max: 0.3, noNaN: true }),
  }),
  do: fc.constantFrom('reset', 'delay 20ms', 'redirect', 'overload', 'truncate', 'hang', 'duplicate'),
});
const plans = fc.array(fc.array(operation, { minLength: 5, maxLength: 20 }), { minLength: 4, maxLength: 16 });

test.prop([plans, fc.array(fault, { maxLength: 4 })], { numRuns: 8, endOnFailure: true })(
  'calls cut short leave others and their memory alone',
  async (workers, faults) => {
    await using cluster = await startCluster({
      'chunkserver.rpcTimeoutMS': 100,
      'chunkserver.maxRPCTimeoutMS': 400,
      'global.fileMaxInFlightRPCNum': 16,
    });
    const { client, emulator } = cluster;
    const fds = [await openVolume(cluster), await client.open('/v', alice)] as const;
    await client.write(fds[0], 0, Buffer.alloc(workers.length * REGION * BLOCK));
    for (const one of faults) emulator.faults.add(one);
    /** Memory of calls that have failed, filled with this afterwards. */
    const givenBack: Buffer[] = [];
    const MARK = 0xee;

    const work = async (plan: (typeof workers)[number], worker: number) => {
      /** What each block holds, and what it may hold because a write that was given up may still be on its way. */
      const holds = Array.from({ length: REGION }, () => 0);
      const mayHold = Array.from({ length: REGION }, () => new Set<number>());
      let version = 0;
      for (const { write, block, blocks, patience, how } of plan) {
        const count = Math.min(blocks, REGION - block);
        version++;
        const buffer = Buffer.alloc(count * BLOCK, write ? version : MARK);
        const controller = new AbortController();
        const timer =
          patience && how === 'signal' ? setTimeout(() => controller.abort(), patience) : undefined;
        const options = {
          signal: controller.signal,
          ...(patience && how === 'deadline' && { deadline: patience }),
        };
        const fd = fds[version % 2] as number;
        const offset = (worker * REGION + block) * BLOCK;
        const call = write
          ? client.write(fd, offset, buffer, options)
          : client.read(fd, offset, buffer, options);
        const failed = await call.then(
          () => false,
          error => {
            expect(['canceled', 'timeout']).toContain(error.kind);
            return true;
          },
        );
        clearTimeout(timer);
        for (let i = 0; i < count; i++) {
          const piece = buffer.subarray(i * BLOCK, (i + 1) * BLOCK);
          if (write && failed) mayHold[block + i]?.add(version);
          else if (write) {
            holds[block + i] = version;
            mayHold[block + i]?.clear();
          } else if (!failed) {
            expect(piece.every(byte => byte === piece[0])).toBe(true);
            expect([holds[block + i], ...(mayHold[block + i] ?? [])]).toContain(piece[0]);
          }
        }
        if (failed) givenBack.push(buffer.fill(MARK));
      }
    };
    await Promise.all(workers.map(work));
    emulator.faults.clear();
    await new Promise(resolve => setTimeout(resolve, 50));
    expect(givenBack.every(buffer => buffer.every(byte => byte === MARK))).toBe(true);
    expect(client.statistics()).toMatchObject({ callsInFlight: 0, requestsInFlight: 0 });
  },
);
