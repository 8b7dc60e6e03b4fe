import { expect, test } from 'vitest';
import { KINDS, killed } from '../bench/killed.js';
import { together } from '../bench/together.js';

// A short round of each; `pnpm together` and `pnpm killed` do hundreds.

test('two processes at the same target, source and record show only whole versions, and tell the truth', async () => {
  const { rounds, succeeded, wrong } = await together(5);
  expect(wrong).toEqual([]);
  expect(rounds).toBe(5);
  expect(succeeded).toBeGreaterThanOrEqual(5);
});

test.each(Object.keys(KINDS))(
  'a killed %s shows only whole versions, and the next run finishes',
  async kind => {
    expect(await killed(kind, 2)).toMatchObject({ rounds: 2, wrong: [] });
  },
);
