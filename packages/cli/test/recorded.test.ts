import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ExitCode } from '../src/index.js';
import { WCSCMD_OPTIONS } from '../src/wcscmd/wcscmd-options.js';
import { DIFFERENCES } from './support/differences.js';
import {
  commandOf,
  named,
  RECORDED_CASES,
  type RecordedCase,
  type RecordedRequest,
  recordedConfig,
} from './support/recorded-case.js';
import { recordedFolder, replayRun } from './support/replay-run.js';
import { meaning, recordedMeaning, sha256 } from './support/request-meaning.js';

const isMultiput = (recorded: RecordedCase) => commandOf(recorded) === 'multiput';

const wcscmdCases = RECORDED_CASES.filter(recorded => recorded.tool === 'wcscmd');
const dialogues = wcscmdCases.filter(({ argv }) => argv.includes('--configure'));
const dumps = wcscmdCases.filter(({ argv }) => argv.includes('--dump-config'));
const helps = wcscmdCases.filter(({ stdout }) => typeof stdout === 'object');
const commandCases = wcscmdCases.filter(recorded => ![...dialogues, ...dumps, ...helps].includes(recorded));

let folder: string;
beforeEach(() => {
  folder = recordedFolder();
});
afterEach(() => vi.useRealTimers());

const replay = (recorded: RecordedCase, requests?: readonly RecordedRequest[]) =>
  replayRun(folder, recorded, requests === undefined ? {} : { requests });

test('every recorded case is replayed here', () => {
  const checksums = RECORDED_CASES.filter(({ tool }) => tool !== 'wcscmd');
  expect([checksums.length, dialogues.length, dumps.length, helps.length, commandCases.length]).toEqual([
    11, 4, 4, 2, 62,
  ]);
  expect(RECORDED_CASES).toHaveLength(83);
  expect(
    Object.keys(DIFFERENCES).filter(name => !commandCases.some(recorded => recorded.case === name)),
  ).toEqual([]);
});

describe('commands', () => {
  test.each(commandCases.filter(recorded => !isMultiput(recorded)))('$case', async recorded => {
    const difference = DIFFERENCES[recorded.case];
    const { requests } = difference?.requestsOf ? named(difference.requestsOf) : recorded;
    const { run, received } = await replay(recorded, requests);
    expect(run.exitCode, run.stderr).toBe(difference?.exitCode ?? recorded.exitCode);
    const { silent, sends } = difference ?? {};
    const expected = silent ? [] : requests.map(recordedMeaning);
    // Another body has another signature.
    const other = sends && { body: sha256(Buffer.from(sends)), authorization: expect.anything() };
    expect(received.map(meaning)).toEqual(expected.map(request => ({ ...request, ...other })));
    for (const [path, { text }] of Object.entries(recorded.filesWritten)) {
      const written = readFileSync(path.replace('{cwd}', folder), 'utf8');
      // Lists of objects are JSON here, and Python dictionaries there.
      const answers = recorded.requests.map(({ response }) => `${response.body}\n`).join('');
      expect(written).toBe(commandOf(recorded)?.startsWith('list') ? answers : text);
    }
    if (run.exitCode === ExitCode.success) expect(run.stdout).not.toBe('');
    else expect(run).toMatchObject({ stdout: '', stderr: expect.stringMatching(/^wcscmd: .*\n$/) });
    expect(run.stdout + run.stderr).not.toContain('sk-public-test-secret');
  });

  test('multiput', async () => {
    const recorded = named('multiput');
    const { run, received } = await replay(recorded);
    expect(run.exitCode).toBe(recorded.exitCode);
    expect(received.map(meaning)).toEqual(recorded.requests.map(recordedMeaning));
    expect(new Set(received.map(({ headers }) => headers['uploadbatch'])).size).toBe(1);
  });

  test('multiput one block failing, then --upload-id', async () => {
    const failing = named('multiput one block failing');
    const first = await replay(failing);
    expect(first.run.exitCode).toBe(DIFFERENCES[failing.case]?.exitCode);
    // A block that keeps failing ends the upload here; the official tool goes on with the other blocks first.
    expect(first.received.map(meaning)).toEqual(
      failing.requests.filter(({ url }) => !url.endsWith('/2')).map(recordedMeaning),
    );

    const [, id = ''] = / --upload-id (\w+)\n$/.exec(first.run.stderr) ?? [];
    expect(first.received[0]?.headers['uploadbatch']).toBe(id);
    const resumed = named('multiput --upload-id (resume of the case before)');
    const lastBlock = failing.requests.filter(({ url }) => url.endsWith('/2'));
    const requests = [...resumed.requests.slice(0, 1), ...lastBlock, ...resumed.requests.slice(1)];
    const argv = resumed.argv.map(word => (/^\w{32}$/.test(word) ? id : word));
    const second = await replay({ ...resumed, argv }, requests);
    expect(second.run.exitCode).toBe(resumed.exitCode);
    expect(second.received.map(meaning)).toEqual(requests.map(recordedMeaning));
    expect(second.received.map(({ headers }) => headers['uploadbatch'])).toEqual([id, id, id]);
  });
});

test.each(dumps)('$case', async recorded => {
  const { run } = await replay(recorded);
  expect(run.exitCode).toBe(recorded.exitCode);
  const expected = String(recorded.stdout)
    // The secret key is masked, and -s takes effect before the dump.
    .replace(/^secret_key = .+$/m, 'secret_key = ********')
    .replace(/^ishttps = .*$/m, line => (recorded.argv.includes('-s') ? 'ishttps = True' : line));
  expect(run.stdout).toBe(expected);
});

test.each(helps)('help: $case', async recorded => {
  const { run } = await replay(recorded);
  expect(run.exitCode).toBe(recorded.exitCode);
  const { options } = recorded.stdout as { options: string[] };
  const official = WCSCMD_OPTIONS.filter(option => !('addition' in option));
  const spelled = official.map(option => [
    ...('short' in option ? [`-${option.short}`] : []),
    `--${option.long}`,
    'argument' in option,
  ]);
  const recordedSpellings = options.map(line => [
    ...[...line.matchAll(/(?<![\w-])--?[\w-]+/g)].map(([name]) => name),
    line.includes('='),
  ]);
  expect(new Set(spelled.map(String))).toEqual(new Set(recordedSpellings.map(String)));
});

describe('dialogues', () => {
  test.each(dialogues)('$case', async recorded => {
    const { run } = await replay(recorded);
    expect(run).toMatchObject({ exitCode: recorded.exitCode, stderr: '' });
    const official = String(recorded.stdout);
    const settings = (dialogue: string) =>
      dialogue.match(/^ {2}\w+: .*$/gm)?.filter(line => !line.includes('secret_key'));
    expect(prompts(run.stdout)).toEqual(prompts(official));
    expect(prompts(run.stdout).length).toBeGreaterThan(0);
    expect(settings(run.stdout)).toEqual(settings(official));
    expect(run.stdout.split('\n').slice(-2)).toEqual(official.split('\n').slice(-2));
    for (const secret of ['sk-public-test-secret', 'SKX']) expect(run.stdout).not.toContain(secret);
    const [written] = Object.values(recorded.filesWritten);
    if (written)
      expect(readFileSync(join(folder, '.wcscfg'), 'utf8').replaceAll(/127\.0\.0\.1:\d+/g, '{host}')).toBe(
        written.text,
      );
    else if (recordedConfig(recorded) === null) expect(existsSync(join(folder, '.wcscfg'))).toBe(false);
  });
});

describe('checksum tools', () => {
  test.each(RECORDED_CASES.filter(({ tool }) => tool !== 'wcscmd'))('$tool: $case', async recorded => {
    const { run } = await replay(recorded);
    expect(run.exitCode).toBe(recorded.exitCode);
    // The wording of help is our own; the times of files that one tool logs are left out.
    if (recorded.argv.includes('-h')) expect(run.stdout).toContain(`${recorded.tool} `);
    else expect(run.stdout).toBe(recorded.stdout);
    expect(run.stderr === '').toBe(recorded.exitCode === 0);
  });
});

/** The questions of a dialogue, with the answers that stand in brackets. */
function prompts(dialogue: string): string[] {
  const asked =
    /(?:Access Key|Secret Key|[A-Z][A-Za-z]*_[A-Za-z_]+|IsHttps|isverify|mode|keepalive|deadline|traffic_limit)(?: \[[^\]]*\])?: |\w+ (?:settings|configuration)\? \[.\/.\] /g;
  const beforeSummary = dialogue.split('New settings:')[0] ?? '';
  const afterSummary = dialogue.slice(beforeSummary.length);
  const found = [
    ...(beforeSummary.match(asked) ?? []),
    ...(afterSummary.match(/\w+ (?:settings|configuration)\? \[.\/.\] /g) ?? []),
  ];
  return found.map(prompt => prompt.replace(/^Secret Key \[.*\]/, 'Secret Key [*]'));
}
