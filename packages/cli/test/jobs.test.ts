import { stripVTControlCharacters } from 'node:util';
import { clientOptionsOf, parseConfig, WcsClient } from '@curve-wcs/wcs-sdk';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { ExitCode } from '../src/index.js';
import { onTerminal } from './support/on-terminal.js';
import { spawnCli } from './support/spawn-cli.js';
import { startTestBed, type TestBed } from './support/test-bed.js';

let bed: TestBed;
let wcs: WcsClient;
beforeEach(async () => {
  bed = await startTestBed();
  wcs = new WcsClient(clientOptionsOf(parseConfig(bed.emulator.clientConfig)));
  onTestFinished(() => wcs.close());
  await wcs.upload({ bucket: 'demo', key: 'a', source: Buffer.from('hello') });
});

/** A job that succeeds, or one of whose two items does. */
const copying = async (...from: string[]) =>
  (await wcs.fmgr.copy(from.map(key => ({ from: `demo:${key}`, to: `demo:copy of ${key}` })))).id;

/** Lets nobody know that a job is done. */
function neverDone() {
  const answer = JSON.stringify({ id: 'x', code: 1, desc: 'running', items: [{ cmd: 'copy', code: 1 }] });
  return bed.emulator.faults.add({
    match: { path: '/fmgr/status' },
    do: { type: 'status', status: 200, body: answer },
  });
}

test('wait ends when the job does, and shows its items', async () => {
  const id = await copying('a');
  const { exitCode, stdout, stderr } = await bed.wcscmd(['jobs', 'wait', id, '--interval', '20ms']);
  expect(exitCode).toBe(ExitCode.success);
  expect(stdout).toMatch(
    new RegExp(`^job: ${id}\nstate: \\w+\nsucceeded: 1 of 1\nrequest id: \\w+\nsucceeded\t.*\tresource/`),
  );
  expect(stderr).toMatch(new RegExp(`(^|\n)wcscmd: job ${id}: \\w+, 1 of 1 item\n$`));
  expect((await bed.wcscmd(['jobs', 'wait', id, '--quiet'])).stderr).toBe('');
});

test('is a failure when an item is', async () => {
  const id = await copying('a', 'none');
  const waited = await bed.wcscmd(['jobs', 'wait', id, '--interval', '20ms', '--json']);
  expect(waited.exitCode).toBe(ExitCode.failed);
  expect(waited.stderr).toContain('wcscmd: 1 of 2 items did not succeed\n');
  expect(JSON.parse(waited.stdout)).toMatchObject({
    id,
    finished: true,
    items: [{ state: 'succeeded' }, { state: 'failed', error: expect.any(String) }],
  });
  const looked = await bed.wcscmd(['jobs', 'status', id]);
  expect(looked).toMatchObject({
    exitCode: ExitCode.failed,
    stderr: 'wcscmd: 1 of 2 items did not succeed\n',
  });
  expect(looked.stdout).toContain('\nfailed\t');
});

test('knows jobs of both kinds', async () => {
  const { id } = await wcs.fops.execute({ bucket: 'demo', key: 'a', fops: 'md5' });
  for (const kind of [[], ['--kind', 'fops']]) {
    const { exitCode, stdout } = await bed.wcscmd([
      'jobs',
      'wait',
      id,
      '--json',
      '--interval',
      '20ms',
      ...kind,
    ]);
    expect(exitCode).toBe(ExitCode.success);
    expect(JSON.parse(stdout).items).toEqual([
      expect.objectContaining({ command: 'md5', state: 'succeeded' }),
    ]);
  }
  bed.emulator.faults.add({ match: { path: '/fmgr/status' }, do: 'status 404' });
  expect((await bed.wcscmd(['jobs', 'status', id])).exitCode).toBe(ExitCode.success);
  expect((await bed.wcscmd(['jobs', 'status', id, '--kind', 'fmgr'])).exitCode).toBe(ExitCode.failed);
});

test('status says how far a job is that is not done', async () => {
  neverDone();
  const { exitCode, stdout } = await bed.wcscmd(['jobs', 'status', 'x']);
  expect(exitCode).toBe(ExitCode.success);
  expect(stdout).toContain('state: running\nsucceeded: 0 of 1\n');
});

test('--timeout ends the waiting, and so does Ctrl-C', async () => {
  neverDone();
  const late = await bed.wcscmd(['jobs', 'wait', 'x', '--interval', '20ms', '--timeout', '300ms']);
  expect(late).toMatchObject({ exitCode: ExitCode.failed, stdout: '' });
  expect(late.stderr).toMatch(/; the job goes on: wcscmd jobs wait x\n$/);
  const waiting = spawnCli('wcscmd', ['jobs', 'wait', 'x'], { cwd: bed.folder });
  let said = '';
  waiting.process.stderr.on('data', chunk => {
    said += String(chunk);
  });
  await expect.poll(() => said).toBe('wcscmd: job x: running, 0 of 1 item\n');
  waiting.process.kill('SIGINT');
  expect(await waiting.ended).toMatchObject({ exitCode: 130, stdout: '' });
});

test('needs no keys', async () => {
  const id = await copying('a');
  bed.configure({ access_key: '', secret_key: '' });
  expect((await bed.wcscmd(['jobs', 'wait', id])).exitCode).toBe(ExitCode.success);
});

test('on a terminal has a line that changes, then the result in its place', async () => {
  const id = await copying('a');
  const shown = await onTerminal('wcscmd', ['jobs', 'wait', id], { cwd: bed.folder });
  const plain = stripVTControlCharacters(shown);
  expect(plain).toMatch(new RegExp(`job ${id}: \\w+, \\d of 1 item`));
  expect(plain).toMatch(/\r\n {5}item +result +command\r\nsucceeded /);
});

test.each([
  [['stop', 'x'], 'jobs takes status ID, or wait ID'],
  [['status', 'x', '--timeout', '1s'], '--timeout and --interval are for jobs wait'],
  [['status', 'x', '--kind', 'other'], '--kind must be one of fmgr, fops; it is "other"'],
  [
    ['wait', 'x', '--timeout', 'soon'],
    '--timeout must be a number of seconds, or one with ms, s, m or h, such as 500ms; it is "soon"',
  ],
])('%j is refused', async (argv, message) => {
  expect(await bed.wcscmd(['jobs', ...argv])).toEqual({
    exitCode: ExitCode.usage,
    stdout: '',
    stderr: `wcscmd: ${message}\n`,
  });
});

test('a job that nobody knows is a failure', async () => {
  expect(await bed.wcscmd(['jobs', 'status', 'none'])).toMatchObject({
    exitCode: ExitCode.failed,
    stdout: '',
  });
});
