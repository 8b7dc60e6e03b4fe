import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { lcg } from '@curve-wcs/test-support';
import { describe, expect, test } from 'vitest';
import { MiB, startCurveBed, VOLUME_SIZE } from './support/curve-bed.js';
import { onTerminal } from './support/on-terminal.js';
import { startTestBed } from './support/test-bed.js';

const ESC = '\u001b';

test('wcscmd: a terminal sees the bar, then the result in its place', async () => {
  const bed = await startTestBed();
  bed.write('a', lcg(3 * 2 ** 20));
  const shown = await onTerminal('wcscmd', ['put', 'wcs://demo', 'a'], { cwd: bed.folder });
  expect(shown).toContain('100%  3.0 MiB of 3.0 MiB');
  // The line of the bar is cleared, the cursor shown again; then comes the result, with its labels in bold.
  const [, afterwards = ''] = shown.split(`${ESC}[?25h`);
  expect(afterwards).toContain(`${ESC}[2K`);
  expect(afterwards).toContain(`${ESC}[1msize${ESC}[22m: 3145728\r\n`);
});

describe('wcscmd: many files', () => {
  async function uploads(env: Record<string, string>, columns: number) {
    const bed = await startTestBed();
    mkdirSync(join(bed.folder, 'site'));
    for (let index = 0; index < 20; index++) bed.write(`site/file${index}`, lcg(100_000));
    bed.write('site/back\\slash', 'x');
    bed.emulator.faults.add({ match: { path: '/file/upload', nth: 10 }, do: 'delay 500ms' });
    return onTerminal('wcscmd', ['sync', 'site', 'wcs://demo'], { cwd: bed.folder, env, columns });
  }

  test('have a line that tells of all, failures in between, and the summary in its place', async () => {
    const shown = await uploads({}, 160);
    expect(shown).toMatch(/\d+ of 20\+? files {2}\[=* *\] +\d+% {2}.* of 1\.9 MiB/);
    expect(shown).toContain('cannot upload back\\slash: it cannot be a key: it has a backslash');
    const [afterwards = ''] = shown.split(`${ESC}[?25h`).slice(-1);
    expect(afterwards).toContain(`${ESC}[1muploaded${ESC}[22m: 20 files, 1.9 MiB\r\n`);
    expect(afterwards).toContain(`${ESC}[1mfailed${ESC}[22m: 1\r\n`);
  });

  test('fit into a narrow terminal, and have no colours where none are wanted', async () => {
    const shown = await uploads({ NO_COLOR: '1' }, 40);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is looked for
    expect(shown).not.toMatch(/\u001b\[\d+m/);
    for (const line of stripVTControlCharacters(shown).split(/[\r\n]+/)) {
      for (const drawn of line.split(/(?=\d+ of \d+\+? files)|(?=wcscmd:|uploaded:)/)) {
        if (/^\d+ of/.test(drawn)) expect(drawn.length).toBeLessThanOrEqual(40);
      }
    }
    expect(shown).toContain('uploaded: 20 files, 1.9 MiB\r\n');
  });
});

test('wcscmd: a pipe that breaks leaves the terminal its cursor', async () => {
  const bed = await startTestBed();
  mkdirSync(join(bed.folder, 'site'));
  for (let index = 0; index < 20; index++) bed.write(`site/file${index}`, 'x');
  const shown = await onTerminal('wcscmd', ['sync', 'site', 'wcs://demo', '--dry-run'], {
    cwd: bed.folder,
    pipe: 'true',
  });
  expect(shown).toContain(`${ESC}[?25l`);
  expect(shown.lastIndexOf(`${ESC}[?25h`)).toBeGreaterThan(shown.lastIndexOf(`${ESC}[?25l`));
  // What goes to a pipe is not in the way of the line.
  expect(shown.split(`${ESC}[?25l`)).toHaveLength(2);
});

describe('wcscmd: a question', () => {
  async function asked(typed: string, pipe?: string) {
    const bed = await startTestBed();
    for (const key of ['p/a', 'p/b']) await bed.wcscmd(['put', `wcs://demo/${key}`, '-'], { stdin: 'x' });
    const words = ['del', '-r', 'wcs://demo/p', '--json'];
    const shown = await onTerminal('wcscmd', words, {
      ...{ cwd: bed.folder, answers: [['[y/N] ', typed]] },
      ...(pipe === undefined ? {} : { pipe }),
    });
    return { bed, shown };
  }

  test('is asked on the terminal, and is not among the data', async () => {
    const { bed, shown } = await asked('y', 'cat > data');
    expect(shown).toContain('delete 2 objects (2 B) in wcs://demo/p/ for good? [y/N] ');
    const lines = bed.read('data').toString().trim().split('\n');
    expect(lines.map(line => Object.keys(JSON.parse(line))[0])).toEqual(['action', 'action', 'summary']);
  });

  test('is left with Ctrl-C, of which a new line tells', async () => {
    const { bed, shown } = await asked('\u0003');
    expect(shown).toMatch(/\[y\/N\] .*\r\nwcscmd: .*interrupted/);
    expect((await bed.wcscmd(['ls', '-r', 'wcs://demo'])).stdout).toBe('p/a\np/b\n');
  });
});

describe('curvecmd', () => {
  async function terminal(columns = 120) {
    const bed = await startCurveBed();
    await bed.volume('/v');
    bed.write('disk.img', lcg(VOLUME_SIZE).fill(0, 4 * MiB, 12 * MiB));
    const run = (words: string[], env: Record<string, string> = {}) =>
      onTerminal('curvecmd', words, { cwd: bed.folder, env: { ...bed.env, ...env }, columns });
    return { bed, run };
  }

  test('an import shows a bar with the zeros it skipped, then the result in its place', async () => {
    const { run } = await terminal();
    const shown = await run(['import', 'disk.img', '/v']);
    expect(shown).toContain('disk.img  [========================]  100%  16.0 MiB of 16.0 MiB');
    expect(shown).toContain('8.0 MiB of zeros skipped');
    const [, afterwards = ''] = shown.split(`${ESC}[?25h`);
    expect(afterwards).toContain(`${ESC}[1mzeros skipped${ESC}[22m: 8388608 (8.0 MiB)\r\n`);
  });

  test('a map has colours, unless they are not wanted', async () => {
    const { bed, run } = await terminal();
    await bed.curvecmd(['import', 'disk.img', '/v']);
    const shown = await run(['map', '/v']);
    expect(shown).toContain(`${ESC}[32m████████${ESC}[39m${ESC}[2m········${ESC}[22m`);
    const plain = await run(['map', '/v'], { NO_COLOR: '1' });
    expect(plain).not.toContain(ESC);
    expect(plain).toMatch(/segments +████████················████████\r\n/);
  });

  test('a narrow terminal is filled, and not overrun by the bar', async () => {
    const { bed, run } = await terminal(50);
    const shown = await run(['import', 'disk.img', '/v']);
    for (const line of stripVTControlCharacters(shown).split(/[\r\n]+/)) {
      // Each time it is drawn it begins with the file's name; the result follows in its place.
      for (const drawn of line.split(/(?=disk\.img|volume:)/)) expect(drawn.length).toBeLessThanOrEqual(50);
    }
    await bed.curvecmd(['rm', '/v']);
    await bed.volume('/v');
    for (const line of (await run(['map', '/v'], { NO_COLOR: '1' })).split('\r\n').slice(2, -3)) {
      expect(line.length).toBeLessThanOrEqual(50);
    }
  });

  test('a benchmark has a table and a histogram', async () => {
    const { bed, run } = await terminal();
    await bed.curvecmd(['import', 'disk.img', '/v']);
    const shown = await run(['bench', '/v', '--time', '500ms'], { NO_COLOR: '1' });
    expect(shown).toMatch(/ IOPS +MB\/s +mean µs/);
    expect(shown).toMatch(/latency of reads\r\n( {2}up to .*\r\n)+$/);
  });

  test.each([
    ['n', true],
    ['y', false],
  ])('a question is answered by %j', async (typed, stays) => {
    const bed = await startCurveBed();
    await bed.volume('/v');
    const env = { ...bed.env, CURVE_USER: 'root', CURVE_PASSWORD: bed.cluster.rootPassword };
    const shown = await onTerminal('curvecmd', ['rm', '--force', '/v'], {
      cwd: bed.folder,
      env,
      typed: `${typed}\n`,
    });
    expect(shown).toContain('delete /v (16.0 MiB) for good? [y/N] ');
    expect(await (await bed.client()).exists('/v')).toBe(stays);
  });
});
