import { setTimeout as pause } from 'node:timers/promises';
import { NbdClient } from '../test/support/nbd-client.js';
import { bed, GiB } from './bed.js';

const BLOCK = 4096;
const BLOCKS = 512;
const DEPTH = 32;

/** Kills the server again and again under load, and compares all that was acknowledged. */
export async function killed(times: number): Promise<string> {
  await using disk = await bed(10 * GiB);
  const socket = new URL(disk.uri).searchParams.get('socket') ?? '';
  /** What each block may hold: what was acknowledged last, and what was sent after that. */
  const possible = new Map<number, Set<number>>();
  let acknowledged = 0;
  for (let round = 0; round < times; round++) {
    const client = await NbdClient.to(socket, 'disk');
    for (const [block, values] of possible) {
      const { data, error } = await client.read(block * BLOCK, BLOCK);
      const value = data.readUInt32LE(0);
      const isWhole = data.equals(Buffer.alloc(BLOCK, data.subarray(0, 4)));
      if (error !== 0 || !isWhole || !values.has(value)) {
        throw new Error(`round ${round}: block ${block} has ${value}, not one of ${[...values]}`);
      }
      possible.set(block, new Set([value]));
    }
    let next = 0;
    const worker = async (number: number) => {
      for (;;) {
        const block = (number + DEPTH * Math.floor(Math.random() * (BLOCKS / DEPTH))) % BLOCKS;
        const value = round * 100_000 + next++;
        const pattern = Buffer.alloc(4);
        pattern.writeUInt32LE(value);
        const values = possible.get(block) ?? new Set([0]);
        possible.set(block, values.add(value));
        const { error } = await client.write(block * BLOCK, Buffer.alloc(BLOCK, pattern));
        if (error !== 0) throw new Error(`error ${error}`);
        possible.set(block, new Set([value]));
        acknowledged++;
      }
    };
    const work = Promise.allSettled(Array.from({ length: DEPTH }, (_, number) => worker(number)));
    await pause(50 + Math.random() * 200);
    await disk.stopServer('SIGKILL');
    await work;
    await disk.startServer();
  }
  return `${times} kills, ${acknowledged} writes acknowledged`;
}
