import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LEGACY_DIFFERENCES, type LegacyDifference } from './support/legacy-differences.js';
import { named, RECORDED_CASES, type RecordedCase } from './support/recorded-case.js';
import { recordedFolder, replayRun } from './support/replay-run.js';
import { meaning, recordedMeaning, sha256 } from './support/request-meaning.js';

let folder: string;
beforeEach(() => {
  folder = recordedFolder();
});
afterEach(() => vi.useRealTimers());

/** Puts down what an earlier case has left for the one that resumes it. */
function prepare(recorded: RecordedCase): void {
  const [, id] = / --upload-id \(/.test(` ${recorded.case}`) ? recorded.argv.slice(-2) : [];
  if (id === undefined) return;
  const [, dictionary = ''] = /'upload_record': (\[.*\])\}/.exec(recorded.stderr) ?? [];
  mkdirSync(join(folder, 'records', id), { recursive: true });
  for (const [, text = ''] of dictionary.matchAll(/'(\{.*?\})'/g)) {
    writeFileSync(join(folder, 'records', id, String(JSON.parse(text).offset)), text);
  }
}

/** Output without what is another at each run. */
function normalized(output: string): string {
  const [, id] = /New upload id: (\w{32})/.exec(output) ?? [];
  return (
    output
      .replaceAll(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} /gm, '{ts} ')
      .replaceAll(/:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/gm, ':{time}')
      .replaceAll(/'Date': '[^']*'/g, "'Date': '{httpdate}'")
      .replaceAll(id ?? '{none}', 'u8jzPde0IgxLd6GncfBAepfJBd0Kh8oO')
      .replaceAll('{home}/records/', '/tmp/multipart/')
      .replaceAll('{home}', '{cwd}')
      // Of a traceback its last line, and of that which error it was.
      .replaceAll(/^(?:\{traceback\} )?([\w.]*(?:Error|Exception)): .*$/gm, '{traceback} $1')
  );
}

/** What the official tool does, with the differences that are meant. */
function expected(recorded: RecordedCase, difference: LegacyDifference | undefined) {
  const {
    stdout,
    stderr,
    exitCode = recorded.exitCode,
    sends,
    requests = recorded.requests,
  } = difference ?? {};
  const other = sends && { body: sha256(Buffer.from(sends)), authorization: expect.anything() };
  return {
    exitCode,
    stdout: applied(stdout, normalized(String(recorded.stdout))),
    stderr: applied(stderr, normalized(recorded.stderr)),
    requests: requests.map(request => ({ ...recordedMeaning(request), ...other })),
  };
}

function applied(change: ((official: string) => string) | undefined, official: string): string {
  const changed = change?.(official) ?? official;
  if (change) expect(changed, 'a difference that is none').not.toBe(official);
  return changed;
}

const hasOwnHelp = ({ stdout, argv }: RecordedCase) => typeof stdout === 'object' || argv[0] === '-h';

describe('both modes', () => {
  test.each(RECORDED_CASES)('$tool: $case', async recorded => {
    prepare(recorded);
    const difference = LEGACY_DIFFERENCES[recorded.case];
    const modes = ['--legacy-output', '--legacy-exit'];
    const answers = difference?.requests ?? recorded.requests;
    const { run, received } = await replayRun(folder, recorded, { modes, requests: answers });
    const { stdout, ...rest } = expected(recorded, difference);
    expect({
      exitCode: run.exitCode,
      stderr: normalized(run.stderr),
      requests: received.map(meaning),
    }).toEqual(rest);
    if (hasOwnHelp(recorded)) expect(run.stdout).toMatch(/^Usage: /);
    else expect(normalized(run.stdout)).toBe(stdout);
    for (const [path, { text }] of Object.entries(recorded.filesWritten)) {
      const written = readFileSync(path.replace('{cwd}', folder).replace('{home}', folder), 'utf8');
      expect(written.replaceAll(/127\.0\.0\.1:\d+/g, '{host}')).toBe(text);
    }
  });

  test('there are 83 runs, and no difference is of another', () => {
    expect(RECORDED_CASES).toHaveLength(83);
    for (const name of Object.keys(LEGACY_DIFFERENCES)) expect(named(name)).toBeDefined();
  });
});

describe('--legacy-exit alone', () => {
  test.each(RECORDED_CASES)('$tool: $case', async recorded => {
    prepare(recorded);
    const requests = LEGACY_DIFFERENCES[recorded.case]?.requests ?? recorded.requests;
    const { run } = await replayRun(folder, recorded, { modes: ['--legacy-exit'], requests });
    expect(run.exitCode, run.stderr).toBe(LEGACY_DIFFERENCES[recorded.case]?.exitCode ?? recorded.exitCode);
    expect(run.stderr).not.toMatch(/ - (DEBUG|ERROR) - /);
  });
});
