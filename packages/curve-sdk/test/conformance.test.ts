import { type CurveEmulator, startCurveEmulator } from '@curve-wcs/curve-emulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conformanceCases, curveConformance } from '../src/conformance/index.js';

it('the suite has each of the 86 cases once', () => {
  const numbers = conformanceCases().map(({ number }) => number);
  expect(numbers).toEqual(Array.from({ length: 86 }, (_, index) => index + 1));
});

it('without a fault driver only the cases that need none are there', () => {
  const groups: string[] = [];
  const titles: string[] = [];
  curveConformance({
    config: () => '/nowhere/client.conf',
    runner: {
      describe(name, body) {
        groups.push(name);
        body();
      },
      it: title => titles.push(title),
    },
  });
  expect(groups).not.toContain('failing servers');
  const wanted = conformanceCases().filter(({ faults }) => !faults);
  expect(titles.map(title => Number.parseInt(title, 10)).sort((a, b) => a - b)).toEqual(
    wanted.map(({ number }) => number),
  );
});

describe('conformance on the emulator', () => {
  let emulator: CurveEmulator;
  let skew = 0;
  beforeAll(async () => {
    emulator = await startCurveEmulator({ durability: 'fast', clock: () => Date.now() + skew });
  });
  afterAll(() => emulator.close());

  curveConformance({
    config: () => emulator.clientConfPath,
    runner: { describe, it },
    faults: () => emulator,
    async later(milliseconds, action) {
      skew = milliseconds;
      await action();
      skew = 0;
    },
  });
});

const conf = process.env['CURVE_CONF'];
if (conf !== undefined) {
  describe(`conformance on the cluster of ${conf}`, () => {
    curveConformance({
      config: () => conf,
      runner: { describe, it },
      rootPassword: process.env['CURVE_ROOT_PASSWORD'] ?? 'root_password',
    });
  });
}
