import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { namespaceWalk } from './support/namespace-walk.js';
import { startCluster } from './support/start.js';

/** What a real MDS answered, by seed (`scripts/namespace-walk.ts --record`). */
const walks = readFileSync(new URL('./vectors/namespace-walk.txt', import.meta.url), 'utf8')
  .split(/^# seed (?=\d+$)/m)
  .slice(1)
  .map((text): [number, string[]] => {
    const [seed = '', ...lines] = text.trimEnd().split('\n');
    return [Number(seed), lines];
  });

test('there are thirty walks of 400 calls', () => {
  expect(walks.map(([, lines]) => lines.length)).toEqual(Array.from({ length: 30 }, () => 400));
});

test.each(walks)(
  'a walk over the namespace gets the answers of a real MDS: seed %i',
  async (seed, recorded) => {
    const { emulator } = await startCluster();
    const [mds = ''] = emulator.mdsAddresses;
    const lines = await namespaceWalk({ mds, rootPassword: emulator.rootPassword }, { seed });
    const differences = lines.flatMap((line, index) =>
      line === recorded[index] ? [] : [[line, recorded[index]]],
    );
    expect(differences).toEqual([]);
  },
);
