import { temporaryFolder } from '@curve-wcs/test-support';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { Output } from '../src/terminal/output.js';
import { progressLine } from '../src/terminal/progress-line.js';
import { progressReporter } from '../src/terminal/progress-reporter.js';
import { formatBytes, formatDuration, formatTime } from '../src/terminal/quantities.js';
import { visible, visibleJson } from '../src/terminal/visible.js';
import { testIo } from './support/test-io.js';

const ESC = '\u001b';

describe('visible', () => {
  test.each([
    ['plain, 中文 and emoji 🙂', 'plain, 中文 and emoji 🙂'],
    [`${ESC}[31mred`, '\\u001b[31mred'],
    ['a\nb\tc\r', 'a\\nb\\tc\\r'],
    ['\u009b2J', '\\u009b2J'],
    ['\u202egpj.exe', '\\u202egpj.exe'],
    ['zero\u200bwidth', 'zero\\u200bwidth'],
  ])('%j', (text, expected) => {
    expect(visible(text)).toBe(expected);
  });

  property.prop([fc.string({ unit: 'binary' })])('lets no control through', text => {
    expect(visible(text)).not.toMatch(/\p{Cc}/u);
  });

  property.prop([fc.jsonValue()])('writes JSON that means the same', value => {
    const text = visibleJson(value);
    expect(text).not.toMatch(/\p{Cc}/u);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
  });
});

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1024 * 1024 - 1, '1.0 MiB'],
  [1.5 * 2 ** 30, '1.5 GiB'],
  [2 ** 62, '4096.0 PiB'],
])('formatBytes(%d)', (bytes, expected) => {
  expect(formatBytes(bytes)).toBe(expected);
});

test.each([
  [0.2, '0s'],
  [59.6, '1m00s'],
  [125, '2m05s'],
  [11_220, '3h07m'],
])('formatDuration(%d)', (seconds, expected) => {
  expect(formatDuration(seconds)).toBe(expected);
});

test('formatTime', () => {
  expect(formatTime(new Date(1_700_000_000_123))).toBe('2023-11-14T22:13:20Z');
  expect(formatTime(new Date(Number.NaN))).toBe('-');
});

describe('progressLine', () => {
  test('tells share, bytes, rate and time left', () => {
    const line = progressLine(
      'a.bin',
      { transferred: 3 * 2 ** 20, total: 12 * 2 ** 20, resumed: 2 ** 20 },
      2,
      200,
    );
    expect(line).toBe('a.bin  [======                  ]   25%  3.0 MiB of 12.0 MiB  1.0 MiB/s  9s left');
  });

  test('tells bytes and rate where the size is not known', () => {
    expect(progressLine('stdin', { transferred: 2048, resumed: 0 }, 4, 200)).toBe('stdin  2.0 KiB  512 B/s');
  });

  test('knows no time left before anything arrived', () => {
    expect(progressLine('a', { transferred: 0, total: 10, resumed: 0 }, 1, 200)).not.toContain('left');
  });

  test('shortens a name of wide characters to what it takes, and keeps its end', () => {
    const line = progressLine(`${'很长的'.repeat(20)}.mp4`, { transferred: 1, total: 2, resumed: 0 }, 1, 80);
    expect(line).toMatch(/^…[^ ]{12,13}\.mp4 {2}\[=+ +\] {3}50%/);
  });

  property.prop([fc.string({ unit: 'binary' }), fc.nat(), fc.nat(), fc.nat(300)])(
    'always fits the terminal',
    (label, transferred, more, columns) => {
      const line = progressLine(label, { transferred, total: transferred + more, resumed: 0 }, 1, columns);
      const width = [...line].reduce((sum, one) => sum + (/\p{Script=Han}/u.test(one) ? 2 : 1), 0);
      expect(width).toBeLessThanOrEqual(Math.max(0, columns - 1));
      expect(line).not.toMatch(/\p{Cc}/u);
    },
  );
});

describe('progressReporter', () => {
  const halfDone = { transferred: 50, total: 100, resumed: 0 };

  test('draws on a terminal, and clears the line at the end', async () => {
    const io = testIo({ cwd: temporaryFolder(), terminal: true });
    const reporter = await progressReporter(io, 'a.bin', { enabled: true });
    reporter.update(halfDone);
    reporter.stop();
    expect(io.stderr.text).toContain(' 50%  50 B of 100 B');
    expect(io.stderr.text).toContain(`${ESC}[?25h`);
    expect(io.stderr.text.endsWith(`${ESC}[2K`)).toBe(true);
    expect(io.stdout.text).toBe('');
  });

  test.each([
    ['without a terminal', { terminal: false, enabled: true }],
    ['when it is not wanted', { terminal: true, enabled: false }],
    ['on a terminal that cannot move its cursor', { terminal: true, enabled: true, env: { TERM: 'dumb' } }],
  ])('is silent %s', async (_, { enabled, ...options }) => {
    const io = testIo({ cwd: temporaryFolder(), ...options });
    const reporter = await progressReporter(io, 'a.bin', { enabled });
    reporter.update(halfDone);
    reporter.stop();
    expect(io.stderr.text + io.stdout.text).toBe('');
  });

  test('is silent when nothing was transferred', async () => {
    const io = testIo({ cwd: temporaryFolder(), terminal: true });
    (await progressReporter(io, 'a.bin', { enabled: true })).stop();
    expect(io.stderr.text).toBe('');
  });
});

describe('Output', () => {
  const rows = [
    ['7', '-', 'a\nb'],
    ['12345', '2023-11-14T22:13:20Z', 'c'],
  ];

  test('aligns tables on a terminal', () => {
    const io = testIo({ cwd: temporaryFolder(), terminal: true, env: { NO_COLOR: '1' } });
    new Output(io, 'x').table(['size', 'time', 'key'], rows);
    expect(io.stdout.text).toBe(
      [
        ' size                  time  key',
        '    7                     -  a\\nb',
        '12345  2023-11-14T22:13:20Z  c',
        '',
      ].join('\n'),
    );
  });

  test('separates cells by tabs in a pipe', () => {
    const io = testIo({ cwd: temporaryFolder() });
    new Output(io, 'x').table(['size', 'time', 'key'], rows);
    expect(io.stdout.text).toBe('7\t-\ta\\nb\n12345\t2023-11-14T22:13:20Z\tc\n');
  });

  test('colours only a terminal, and only if it may', () => {
    const coloured = testIo({ cwd: temporaryFolder(), terminal: true });
    new Output(coloured, 'x').failure('broken');
    expect(coloured.stderr.text).toBe(`x: ${ESC}[31mbroken${ESC}[39m\n`);
    for (const options of [{ terminal: true, env: { NO_COLOR: '1' } }, { terminal: false }]) {
      const io = testIo({ cwd: temporaryFolder(), ...options });
      const out = new Output(io, 'x');
      out.failure('broken');
      out.warning('odd');
      out.result({ a: 'b' }, {});
      expect(io.stderr.text + io.stdout.text).toBe('x: broken\nx: warning: odd\na: b\n');
    }
  });

  test('keeps quiet and verbose apart', () => {
    const io = testIo({ cwd: temporaryFolder() });
    const out = new Output(io, 'x');
    out.detail('not wanted');
    out.notice('by default');
    out.quiet = true;
    out.notice('not wanted');
    out.verbose = true;
    out.detail('wanted');
    expect(io.stderr.text).toBe('x: by default\nx: wanted\n');
  });
});
