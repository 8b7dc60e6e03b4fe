import { type CurveEmulator, startCurveEmulator } from '@curve-wcs/curve-emulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conformanceCases, curveConformance } from '../src/conformance/index.js';
import { CurveClientAdapter } from './support/curve-client-adapter.js';
import { DIFFERENCES } from './support/differences.js';

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

let emulator: CurveEmulator;
let skew = 0;
beforeAll(async () => {
  emulator = await startCurveEmulator({ durability: 'fast', clock: () => Date.now() + skew });
});
afterAll(() => emulator.close());

const onEmulator = {
  config: () => emulator.clientConfPath,
  faults: () => emulator,
  async later(milliseconds: number, action: () => Promise<void>) {
    skew = milliseconds;
    await action();
    skew = 0;
  },
};

describe('conformance of CBDClient on the emulator', () => {
  curveConformance({ ...onEmulator, runner: { describe, it } });
});

describe('conformance of CurveClient on the emulator', () => {
  const used = new Map<number, Set<string>>();
  curveConformance({
    ...onEmulator,
    client(number) {
      const seen = used.get(number) ?? new Set();
      used.set(number, seen);
      return new CurveClientAdapter(DIFFERENCES.get(number)?.gives ?? {}, seen);
    },
    runner: {
      describe,
      it(title, body, timeout) {
        const { because, instead } = DIFFERENCES.get(Number.parseInt(title, 10)) ?? {};
        const otherwise = because === undefined ? title : `${title} (otherwise, because ${because})`;
        it(
          otherwise,
          instead ? () => instead(emulator, `/difference-${Number.parseInt(title, 10)}`) : body,
          timeout,
        );
      },
    },
  });

  it('every difference that is stated is there', () => {
    for (const [number, { gives = {} }] of DIFFERENCES) {
      expect([number, ...(used.get(number) ?? [])].sort()).toEqual([number, ...Object.keys(gives)].sort());
    }
  });
});

const conf = process.env['CURVE_CONF'];
if (conf !== undefined) {
  const onCluster = {
    config: () => conf,
    rootPassword: process.env['CURVE_ROOT_PASSWORD'] ?? 'root_password',
  };
  describe(`conformance of CBDClient on the cluster of ${conf}`, () => {
    curveConformance({ ...onCluster, runner: { describe, it } });
  });
  describe(`conformance of CurveClient on the cluster of ${conf}`, () => {
    curveConformance({
      ...onCluster,
      client: number => new CurveClientAdapter(DIFFERENCES.get(number)?.gives ?? {}, new Set()),
      runner: {
        describe,
        // What it does instead is shown on the emulator, whose workings that takes.
        it(title, body, timeout) {
          if (!DIFFERENCES.get(Number.parseInt(title, 10))?.instead) it(title, body, timeout);
        },
      },
    });
  });
}
