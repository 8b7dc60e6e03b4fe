import { describe, expect, test } from 'vitest';
import { type CurveBed, MiB, startCurveBed } from '../support/curve-bed.js';
import { onTerminal } from '../support/on-terminal.js';

/** A bed whose commands know where the snapshot-clone servers are. */
async function startBed() {
  const bed = await startCurveBed({ snapshotWait: 0, cloneScanInterval: 100 });
  const env = { CURVE_SNAPSHOT_CLONE: bed.cluster.snapshotAddresses.join(',') };
  bed.env['CURVE_SNAPSHOT_CLONE'] = env.CURVE_SNAPSHOT_CLONE;
  const run = (line: string, options = {}) => bed.curvecmd(line.split(' '), { env, ...options });
  const succeed = async (line: string) => {
    const { exitCode, stdout, stderr } = await run(line);
    expect({ exitCode, stderr }, line).toMatchObject({ exitCode: 0 });
    return stdout;
  };
  const slow = (method: string) =>
    bed.cluster.faults.add({ match: { role: 'snapshotclone', service: 'tasks', method }, do: 'delay 60s' });
  return { bed, run, succeed, slow };
}

async function fill(bed: CurveBed, path: string, byte: string): Promise<void> {
  await using volume = await (await bed.client()).open(path);
  await volume.write(Buffer.alloc(MiB, byte), { offset: 0 });
}

const first = async (bed: CurveBed, path: string) => String.fromCharCode((await bed.content(path))[0] ?? 0);

test('snapshots are made, listed, rolled back to and deleted', async () => {
  const { bed, run, succeed } = await startBed();
  await bed.volume('/v');
  await fill(bed, '/v', 'a');
  const made = JSON.parse(await succeed('snapshot create /v before --follow --json'));
  expect(made).toEqual({ id: expect.stringMatching(/-/), name: 'before', volume: '/v', done: true });
  const { id } = made;
  expect((await succeed('snapshot ls /v')).trim().split('\t')).toEqual([
    ...[id, expect.stringMatching(/^\d{4}-/), 'done', '100', 'alice', String(16 * MiB), '/v', 'before'],
  ]);
  expect(JSON.parse(await succeed('snapshot ls --json'))).toMatchObject({ id, status: 'done', sequence: 1 });
  await fill(bed, '/v', 'b');
  expect(await succeed(`rollback /v ${id} --follow`)).toMatch(/^task: \S+\nstatus: done\n$/);
  expect(await first(bed, '/v')).toBe('a');
  expect(JSON.parse(await succeed(`snapshot rm ${id} --follow --json`))).toEqual({ id, deleted: true });
  expect(await run(`snapshot rm ${id}`)).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('kErrCodeFileNotExist'),
  });
});

test('clones are lazy or not, are flattened, and their tasks are listed and cleaned', async () => {
  const { bed, succeed, run } = await startBed();
  await bed.volume('/v');
  await fill(bed, '/v', 'a');
  await succeed('clone /v /whole --follow');
  expect(await first(bed, '/whole')).toBe('a');
  const lazy = JSON.parse(await succeed('clone /v /lazy --lazy --follow --json'));
  expect(lazy).toEqual({ task: expect.stringMatching(/-/), status: 'metaInstalled', done: true });
  expect((await succeed('tasks /lazy')).trim().split('\t')).toEqual([
    ...[
      lazy.task,
      expect.stringMatching(/^\d{4}-/),
      'lazy clone',
      'metaInstalled',
      '5',
      'alice',
      '/v',
      '/lazy',
    ],
  ]);
  expect(await succeed('tasks --watch')).toBe('');
  expect(await succeed('flatten /lazy --follow')).toBe(`task: ${lazy.task}\nstatus: done\n`);
  expect(await run('flatten /lazy')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('curvecmd tasks'),
  });
  await succeed(`tasks --clean ${lazy.task}`);
  expect(await succeed('tasks /lazy')).toBe('');
});

test('what is interrupted goes on, and it is said how it is found', async () => {
  const { bed, run, succeed, slow } = await startBed();
  await bed.volume('/v');
  await fill(bed, '/v', 'a');
  const later = slow('PutObject');
  const abort = new AbortController();
  const waiting = run('snapshot create /v n --follow', { signal: abort.signal });
  await expect.poll(() => bed.cluster.faults.list()[0]?.fired).toBeGreaterThan(0);
  abort.abort();
  const { exitCode, stderr } = await waiting;
  expect({ exitCode, stderr }).toEqual({
    exitCode: 130,
    stderr: expect.stringContaining('it goes on; see curvecmd snapshot ls /v'),
  });
  later();
  const [id] = (await succeed('snapshot ls /v')).split('\t');
  expect(await succeed('snapshot ls /v')).toContain('\tpending\t');
  expect(JSON.parse(await succeed(`snapshot cancel ${id} --json`))).toEqual({ id, cancelled: true });
});

test('on a terminal it is shown how far it is', async () => {
  const { bed, succeed } = await startBed();
  await bed.volume('/v');
  await fill(bed, '/v', 'a');
  bed.cluster.faults.add({ match: { role: 'snapshotclone', method: 'PutObject' }, do: 'delay 1200ms' });
  const shown = await onTerminal('curvecmd', ['snapshot', 'create', '/v', 'n', '--follow'], {
    cwd: bed.folder,
    env: bed.env,
  });
  expect(shown).toMatch(/n {2}pending {2}\d+%/);
  expect(await succeed('snapshot ls /v')).toContain('\tdone\t');
});

describe('refuses', () => {
  test.each([
    ['snapshot make /v n', 2, 'snapshot takes create VOLUME NAME'],
    ['snapshot create /v', 2, 'snapshot takes create VOLUME NAME'],
    ['snapshot create /v a&b', 2, 'the service knows no escapes'],
    ['rollback /v /w', 2, 'an id that the service gave'],
    ['clone /v /v', 1, '/v'],
  ])('%s', async (line, exitCode, why) => {
    const { bed, run } = await startBed();
    await bed.volume('/v');
    expect(await run(line)).toMatchObject({ exitCode, stderr: expect.stringContaining(why) });
  });

  test('to guess where the service is', async () => {
    const { run } = await startBed();
    const nowhere = await run('tasks', { env: { CURVE_SNAPSHOT_CLONE: '' } });
    expect(nowhere).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('CURVE_SNAPSHOT_CLONE') });
    const wrong = await run('tasks --snapshot-clone here');
    expect(wrong).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('10.0.0.1:5555') });
  });
});
