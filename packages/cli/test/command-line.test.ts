import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { didYouMean } from '../src/options/did-you-mean.js';
import { OptionValues } from '../src/options/option-values.js';
import { parseCommandLine } from '../src/options/parse-command-line.js';
import { parseDuration } from '../src/options/parse-duration.js';
import { parseSize } from '../src/options/parse-size.js';

const DEFINITIONS = [
  { long: 'size', short: 's', argument: 'SIZE', description: '' },
  { long: 'recursive', short: 'r', description: '' },
  { long: 'long', short: 'l', description: '' },
] as const;

const parse = (...argv: string[]) => {
  const { operands, values, problem } = parseCommandLine(argv, DEFINITIONS);
  return {
    operands,
    values: Object.fromEntries(values),
    problem: problem && [problem.message, problem.hint],
  };
};

describe('a command line', () => {
  test.each<[string[], string[], Record<string, string | true>]>([
    [['ls', '-lr', '/'], ['ls', '/'], { long: true, recursive: true }],
    [['create', '--size', '10G', '/v'], ['create', '/v'], { size: '10G' }],
    [['--size=10G', 'create'], ['create'], { size: '10G' }],
    [['-s', '4096', '-s', '8192'], [], { size: '8192' }],
    [['write', '-', '--', '--size'], ['write', '-', '--size'], {}],
    [['--size', '-'], [], { size: '-' }],
    [['--size=-5'], [], { size: '-5' }],
  ])('%j', (argv, operands, values) => {
    expect(parse(...argv)).toEqual({ operands, values, problem: undefined });
  });

  test.each<[string[], string, string?]>([
    [['--siez', '1'], 'there is no option --siez', 'did you mean --size?'],
    [['--rec'], 'there is no option --rec', 'did you mean --recursive?'],
    [['--frobnicate'], 'there is no option --frobnicate'],
    [['-x'], 'there is no option -x'],
    [['--size'], 'option --size needs an argument: SIZE'],
    [['--size', '--long'], 'option --size needs an argument: SIZE'],
    [['-s', '-l'], 'option -s needs an argument: SIZE'],
    [['--long=yes'], 'option --long takes no argument'],
  ])('%j makes no sense', (argv, message, hint) => {
    expect(parse(...argv).problem).toEqual([message, hint]);
  });
});

test.each([
  ['craete', 'did you mean create?'],
  ['creat', 'did you mean create?'],
  ['stta', 'did you mean stat?'],
  ['e', undefined],
  ['xport', 'did you mean export?'],
  ['imort', 'did you mean import?'],
  ['list', undefined],
  ['', undefined],
])('%j: %j', (given, expected) => {
  expect(didYouMean(given, ['create', 'stat', 'import', 'export', 'ls'])).toBe(expected);
});

describe('sizes', () => {
  test.each([
    ['0', 0],
    ['4096', 4096],
    ['64K', 65_536],
    ['64k', 65_536],
    ['1.5M', 1_572_864],
    ['10G', 10_737_418_240],
    ['10GiB', 10_737_418_240],
    ['10 GiB', 10_737_418_240],
    ['2T', 2 ** 41],
    ['1P', 2 ** 50],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('%j is %d bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each(['', 'G', '-1', '1e3', '0x10', '10GB', '1.1K', '.5M', '8P.', '9007199254740992', '10 G B'])(
    '%j is none',
    text => {
      expect(parseSize(text)).toBeUndefined();
    },
  );

  property.prop([fc.maxSafeNat()])('every number of bytes is read as it is written', bytes => {
    expect(parseSize(String(bytes))).toBe(bytes);
  });
});

describe('durations', () => {
  test.each([
    ['10', 10_000],
    ['500ms', 500],
    ['1.5s', 1500],
    ['2m', 120_000],
    ['1h', 3_600_000],
  ])('%j is %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  test.each(['', 's', '0', '-1', '1d', '1e3', '597h'])('%j is none', text => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('option values', () => {
  const values = new OptionValues<'a' | 'b'>(
    new Map<string, string | true>([
      ['a', 'x'],
      ['b', true],
    ]),
  );

  test('are none when the option is not given', () => {
    const none = new OptionValues<'a'>(new Map());
    expect(none.has('a')).toBe(false);
    expect([none.text('a'), none.size('a'), none.duration('a'), none.id('a')]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(none.wholeNumber('a', 0, 1)).toBeUndefined();
  });

  test.each<[string, () => unknown, string]>([
    ['size', () => values.size('a'), '--a must be a number of bytes, or one with K, M'],
    ['duration', () => values.duration('a'), '--a must be a number of seconds'],
    ['number', () => values.wholeNumber('a', 1, 8), '--a must be a whole number from 1 to 8; it is "x"'],
    ['id', () => values.id('a'), '--a must be a number; it is "x"'],
    ['choice', () => values.choice('a', ['read', 'write']), '--a must be one of read, write; it is "x"'],
  ])('%s: the option is named when it is wrong', (_, read, message) => {
    expect(read).toThrow(message);
  });
});
