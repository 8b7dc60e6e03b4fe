import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { affine, lcg, temporaryFolder } from '@curve-wcs/test-support';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WCSCMD_COMMANDS } from '../src/commands/wcscmd/registry.js';
import { ExitCode, runCrc64Cal, runEtagCal, runWcscmd } from '../src/index.js';
import { WCSCMD_OPTIONS } from '../src/wcscmd/wcscmd-options.js';
import {
  RECORDED_CASES,
  type RecordedCase,
  type RecordedRequest,
  recordedConfig,
} from './support/recorded-case.js';
import { type ReceivedRequest, startReplay } from './support/replay-server.js';
import { type Run, runTool } from './support/test-io.js';

/** The clock of the recording. */
const NOW = 1_700_000_000_000;

/** Where this tool ends otherwise than the official one, on purpose. */
interface Difference {
  reason: string;
  exitCode?: number;
  /** Whether no request is made, though the official tool makes some. */
  silent?: boolean;
  /** The case whose requests are made, though the official tool makes none. */
  requestsOf?: string;
  /** What the request holds in place of what the official tool sends. */
  sends?: string;
}

const failed = (reason: string): Difference => ({ reason, exitCode: ExitCode.failed });
const usage = (reason: string): Difference => ({ reason, exitCode: ExitCode.usage });
const config = (reason: string): Difference => ({ reason, exitCode: ExitCode.config });

const DIFFERENCES: Record<string, Difference> = {
  'missing config file': config('a message that names the file instead of a traceback'),
  '--config other file': config('as for the default file'),
  'unknown command': usage('honest exit status'),
  'too few args': usage('honest exit status'),
  'too many args': usage('honest exit status'),
  'get without url': usage('honest exit status'),
  'get with 3 args': usage('honest exit status'),
  'bad wcs url': usage('honest exit status'),
  'bad block_size in config': { ...config('a block size that the service refuses is fatal'), silent: true },
  'bad bput_size in config': { ...config('likewise'), silent: true },
  'invalid boolean in config': config('a message that names setting and value instead of a traceback'),
  'empty access_key in config': config('a message that names the settings instead of a traceback'),
  'invalid line in config': {
    reason: 'warned about, not fatal',
    exitCode: ExitCode.success,
    requestsOf: 'listbucket',
  },
  'list limit too big': usage('honest exit status'),
  'list 404': failed('honest exit status'),
  'stat 404': failed('honest exit status'),
  'put 406': failed('honest exit status'),
  'put bad deadline': usage('a wrong option is a wrong command line'),
  'get 404': failed('honest exit status'),
  'multiput one block failing': failed('honest exit status'),
  'setdeadline -1 unquoted': {
    reason: 'a negative number is an operand',
    exitCode: ExitCode.success,
    requestsOf: 'setdeadline -1 after --',
  },
  'setdeadline not a number': usage('a message that says what is allowed instead of a traceback'),
  'setdeadline --relevance': {
    reason: 'the option does what it says',
    sends: 'bucket=YnVja2V0LW9uZQ==&key=YS50eHQ=&deadline=3&relevance=1',
  },
  'deletePrefix --output --notify --separate': {
    reason: 'the option does what it says',
    sends:
      'fops=bucket/YnVja2V0LW9uZQ==/prefix/dGVzdC1wcmVmaXgv/output/Yjpr' +
      '&notifyURL=aHR0cDovL2V4YW1wbGUuY29tL25vdGlmeT9hPWI=&separate=1&force=1',
  },
  'crc64 missing': failed('honest exit status'),
  'get /dir/b.bin?x=1': { reason: 'the query is no part of the name, so no folder is missing' },
};

const commands = WCSCMD_COMMANDS.map(({ name }) => name);
const commandOf = ({ argv }: RecordedCase) => argv.find(word => commands.includes(word));
const isMultiput = (recorded: RecordedCase) => commandOf(recorded) === 'multiput';

const wcscmdCases = RECORDED_CASES.filter(recorded => recorded.tool === 'wcscmd');
const dialogues = wcscmdCases.filter(({ argv }) => argv.includes('--configure'));
const dumps = wcscmdCases.filter(({ argv }) => argv.includes('--dump-config'));
const helps = wcscmdCases.filter(({ stdout }) => typeof stdout === 'object');
const commandCases = wcscmdCases.filter(recorded => ![...dialogues, ...dumps, ...helps].includes(recorded));

function named(name: string): RecordedCase {
  const found = RECORDED_CASES.find(recorded => recorded.case === name);
  if (!found) throw new Error(`no case ${name}`);
  return found;
}

let folder: string;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  folder = temporaryFolder();
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'local.bin'), affine(100));
  writeFileSync(join(folder, 'sub/local.bin'), affine(100));
  writeFileSync(join(folder, 'big.bin'), lcg(9_000_000, 3));
  writeFileSync(join(folder, 'b.bin'), lcg(9_000_000, 3));
});
afterEach(() => vi.useRealTimers());

/** Runs a recorded command line where the official tool ran. */
async function replay(recorded: RecordedCase, requests: readonly RecordedRequest[] = recorded.requests) {
  const { host, received } = await startReplay(requests);
  const text = recordedConfig(recorded);
  if (text !== null) {
    const own = `tmp_record_folder = ${join(folder, 'records')}\n`;
    writeFileSync(
      join(folder, '.wcscfg'),
      `${text.replaceAll('{host}', host)}${commandOf(recorded) ? own : ''}`,
    );
  }
  const argv = recorded.argv.map(word => word.replace('{host}', host).replace('{none}', 'none'));
  const tool = { wcscmd: runWcscmd, wcs_etag_cal: runEtagCal, wcs_crc64_cal: runCrc64Cal }[recorded.tool];
  const run = await runTool(tool, argv, { cwd: folder, stdin: recorded.stdin ?? '' });
  const placed = (output: string) => output.replaceAll(host, '{host}').replaceAll(folder, '{home}');
  return { run: { ...run, stdout: placed(run.stdout), stderr: placed(run.stderr) } satisfies Run, received };
}

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

/** What a request asks for: not how its text is laid out. */
function meaning({ method, url, headers, body }: ReceivedRequest) {
  return {
    method,
    url,
    authorization: authorization(headers['authorization']),
    trafficLimit: headers['x-wos-traffic-limit'],
    body: form(headers['content-type'], body) ?? sha256(body),
  };
}

function recordedMeaning({ method, url, headers, body, multipart }: RecordedRequest) {
  const header = (wanted: string) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
  const parts = multipart?.parts.map(part => [
    part.name,
    part.name === 'token' ? authorization(part.body.text) : part.body.sha256,
  ]);
  return {
    method,
    url,
    authorization: authorization(header('authorization')),
    trafficLimit: header('x-wos-traffic-limit'),
    body: parts ? Object.fromEntries(parts) : body.sha256,
  };
}

/** A management token as it is; an upload token by its policy, which each tool lays out in its own way. */
function authorization(token: string | undefined): unknown {
  const [accessKey, signature, policy] = token?.split(':') ?? [];
  if (policy === undefined) return token && { accessKey, signature };
  return { accessKey, policy: JSON.parse(Buffer.from(policy, 'base64url').toString('utf8')) as unknown };
}

/** The parts of a form by name. */
function form(contentType: string | undefined, body: Buffer): Record<string, unknown> | undefined {
  const [, boundary] = /^multipart\/form-data; boundary=(.+)$/.exec(contentType ?? '') ?? [];
  if (boundary === undefined) return undefined;
  const parts = body.toString('latin1').split(`--${boundary}`).slice(1, -1);
  return Object.fromEntries(
    parts.map(part => {
      const [head = '', ...rest] = part.split('\r\n\r\n');
      const content = rest.join('\r\n\r\n').replace(/\r\n$/, '');
      const [, name = ''] = /; name="(\w+)"/.exec(head) ?? [];
      return [name, name === 'token' ? authorization(content) : sha256(Buffer.from(content, 'latin1'))];
    }),
  );
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
