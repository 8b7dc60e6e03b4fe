import { temporaryFolder } from '@curve-wcs/test-support';
import { fc, test as property } from '@fast-check/vitest';
import { expect } from 'vitest';
import { startWcsEmulator } from '../src/index.js';
import { filesIn } from './support/files.js';
import { TestClient } from './support/test-client.js';

/** One thing that one of several clients does. */
type Step =
  | { do: 'upload'; key: string; overwrite: boolean; text: string }
  | { do: 'merge'; key: string; overwrite: boolean; upload: number }
  | { do: 'delete'; key: string };

const key = fc.constantFrom('a', 'b', 'dir/c');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('upload' as const),
    key,
    overwrite: fc.boolean(),
    text: fc.string({ minLength: 1 }),
  }),
  fc.record({ do: fc.constant('merge' as const), key, overwrite: fc.boolean(), upload: fc.nat(2) }),
  fc.record({ do: fc.constant('delete' as const), key }),
);

property.prop([fc.array(step, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 4 })], {
  numRuns: 25,
})(
  'whatever clients do at the same time, every object is whole, and no file outlives its last use',
  async (steps, clients) => {
    const dataDir = temporaryFolder();
    let now = 0;
    const options = { dataDir, durability: 'fast', buckets: ['b1'], clock: () => now } as const;
    const emulator = await startWcsEmulator(options);
    const client = new TestClient(emulator);
    const blocks = ['first', 'second', 'third'].map(text => Buffer.from(text));
    const contexts = await Promise.all(blocks.map(block => client.makeBlocks(block)));

    const queue = [...steps];
    const work = async () => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const { status } = await perform(next);
        expect([200, 404, 406, 412]).toContain(status);
      }
    };
    await Promise.all(Array.from({ length: clients }, work));

    // Merged or not, a block is one file; so is an upload by form.
    const { items } = await client.list();
    for (const item of items) {
      const body = await (await fetch(emulator.downloadUrl('b1', item.key))).arrayBuffer();
      expect(body.byteLength).toBe(item.fsize);
    }
    for (const item of items) expect(await client.delete(item.key)).toMatchObject({ status: 200 });
    expect(filesIn(dataDir).length).toBeLessThanOrEqual(blocks.length);
    await emulator.close();

    now = 31 * 86_400_000;
    const later = await startWcsEmulator(options);
    expect(filesIn(dataDir)).toEqual([]);
    await later.close();

    function perform(next: Step) {
      if (next.do === 'delete') return client.delete(next.key);
      const policy = { scope: `b1:${next.key}`, overwrite: next.overwrite ? 1 : 0 };
      if (next.do === 'upload') return client.upload(next.key, next.text, { policy });
      const size = String(blocks[next.upload]?.length);
      return client.makeFile(size, contexts[next.upload] ?? [], { policy });
    }
  },
);
