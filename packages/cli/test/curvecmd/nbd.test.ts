import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { exitOf } from '@curve-wcs/test-support';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type CurveBed, startCurveBed, VOLUME_SIZE } from '../support/curve-bed.js';
import { Collector } from '../support/test-io.js';

/** Runs the command in this process until the test ends it. */
async function serving(bed: CurveBed, argv: readonly string[]) {
  const [stdout, abort] = [new Collector(), new AbortController()];
  onTestFinished(() => abort.abort());
  const running = bed.curvecmd(['nbd', ...argv], { stdout, signal: abort.signal });
  await Promise.race([expect.poll(() => stdout.text).toMatch(/\n$/), running]);
  return { stdout, running, end: () => abort.abort() };
}

/** What an NBD server says first. */
async function greeting(at: { path: string } | { host: string; port: number }): Promise<string> {
  const socket = connect(at);
  onTestFinished(() => void socket.destroy());
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  return bytes.toString('latin1', 0, 16);
}

const GREETING = 'NBDMAGICIHAVEOPT';

describe('curvecmd nbd', () => {
  it('says where its exports are, serves them, and gives the volumes back at the end', async () => {
    const bed = await startCurveBed();
    await bed.volume('/a');
    await bed.volume('/b');
    const server = await serving(bed, ['/a', '/b', '--socket', 'sock', '--listen', '127.0.0.1:0', '--json']);
    const path = join(bed.folder, 'sock');
    const { event, uris, addresses, exports } = JSON.parse(server.stdout.text);
    expect({ event, exports }).toEqual({
      event: 'ready',
      exports: [
        { name: 'a', size: VOLUME_SIZE, readOnly: false },
        { name: 'b', size: VOLUME_SIZE, readOnly: false },
      ],
    });
    expect(uris).toHaveLength(4);
    expect(uris[0]).toBe(`nbd+unix:///a?socket=${encodeURIComponent(path)}`);
    expect(await greeting({ path })).toBe(GREETING);
    expect(await greeting({ host: '127.0.0.1', port: Number(addresses[1].split(':')[1]) })).toBe(GREETING);
    expect(await (await bed.client()).mounts('/a')).toEqual([
      { ip: '127.0.0.1', port: expect.toSatisfy(port => port > 0) },
    ]);
    server.end();
    expect(await server.running).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(server.stdout.text.trim().split('\n').at(-1) ?? '')).toMatchObject({
      event: 'statistics',
      exports: { a: { reads: 0 }, b: { reads: 0 } },
    });
    expect(existsSync(path)).toBe(false);
    await expect.poll(async () => (await bed.client()).mounts('/a')).toEqual([]);
  });

  it('listens wherever it is told to', async () => {
    const bed = await startCurveBed();
    await bed.volume('/a');
    const server = await serving(bed, [
      ...['/a', '--listen', '127.0.0.1:0', '--socket=one', '--json'],
      ...['--listen', '127.0.0.1:0', '--socket', 'two'],
    ]);
    const { addresses } = JSON.parse(server.stdout.text);
    expect(addresses).toHaveLength(4);
    for (const name of ['one', 'two']) {
      expect(await greeting({ path: join(bed.folder, name) })).toBe(GREETING);
    }
    const ports = addresses.flatMap((address: string) => /^127\.0\.0\.1:(\d+)$/.exec(address)?.[1] ?? []);
    expect(new Set(ports).size).toBe(2);
    for (const port of ports) expect(await greeting({ host: '127.0.0.1', port })).toBe(GREETING);
  });

  it('ends with its captive command, and with its status', async () => {
    const bed = await startCurveBed();
    await bed.volume('/a');
    const program = bed.spawn(['nbd', '/a', '--run', 'echo "$NBD_URI"; exit 3']);
    const { exitCode, stdout, stderr } = await program.ended;
    expect([exitCode, stdout]).toEqual([3, expect.stringMatching(/^nbd\+unix:\/\/\/a\?socket=/)]);
    expect(stderr).toBe('curvecmd: the command ended with status 3: echo "$NBD_URI"; exit 3\n');
    const good = bed.spawn(['nbd', '/a', '--run', 'test -n "$NBD_URI"']);
    expect(await good.ended).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('as a process tells statistics on SIGUSR1, and ends cleanly on SIGTERM', async () => {
    const bed = await startCurveBed();
    await bed.volume('/a');
    const program = bed.spawn(['nbd', '/a', '--socket', 'sock']);
    let talk = '';
    program.process.stderr.on('data', chunk => {
      talk += String(chunk);
    });
    await expect.poll(() => existsSync(join(bed.folder, 'sock'))).toBe(true);
    expect(await greeting({ path: join(bed.folder, 'sock') })).toBe(GREETING);
    program.process.kill('SIGUSR1');
    await expect.poll(() => talk).toMatch(/^curvecmd: a: 0 reads \(0 B\), 0 writes/);
    program.process.kill('SIGTERM');
    expect(await program.ended).toMatchObject({ exitCode: 0 });
    expect(await (await bed.client()).mounts('/a')).toEqual([]);
  });

  it('starts again at once after it was killed, and again', async () => {
    const bed = await startCurveBed();
    await bed.volume('/a');
    for (let times = 0; times < 3; times++) {
      const program = bed.spawn(['nbd', '/a', '--socket', 'sock', '--json']);
      await once(program.process.stdout, 'data');
      program.process.kill('SIGKILL');
      await program.ended;
    }
    expect(await (await bed.client()).mounts('/a')).toHaveLength(3);
  });

  it('goes on when nobody reads what it says any more, and when a terminal hangs up that it is not on', async () => {
    const bed = await startCurveBed();
    await bed.volume('/a');
    const program = bed.spawn(['nbd', '/a', '--socket', 'sock', '--json']);
    await once(program.process.stdout, 'data');
    program.process.stdout.destroy();
    program.process.stderr.destroy();
    for (let times = 0; times < 3; times++) {
      program.process.kill('SIGUSR1');
      program.process.kill('SIGHUP');
      expect(await greeting({ path: join(bed.folder, 'sock') })).toBe(GREETING);
    }
    program.process.kill('SIGTERM');
    expect(await program.ended).toMatchObject({ exitCode: 0, signal: null });
    expect(await (await bed.client()).mounts('/a')).toEqual([]);
  });

  it('gives its volumes back when its terminal goes away', async () => {
    const bed = await startCurveBed();
    await bed.volume('/a');
    const curvecmd = fileURLToPath(new URL('../../bin/curvecmd.js', import.meta.url));
    const python = [
      'import os, pty, sys',
      'pid, terminal = pty.fork()',
      'if pid == 0: os.execv(sys.argv[1], sys.argv[1:])',
      "while b'nbd+unix' not in os.read(terminal, 1000): pass",
      'os.close(terminal)',
      'print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))',
    ].join('\n');
    const argv = ['-c', python, process.execPath, curvecmd, 'nbd', '/a', '--socket', 'sock'];
    const { stdout } = await promisify(execFile)('python3', argv, {
      cwd: bed.folder,
      env: { ...process.env, ...bed.env, HOME: bed.folder },
    });
    expect(stdout).toBe(`-${constants.signals.SIGHUP}\n`);
    expect(await (await bed.client()).mounts('/a')).toEqual([]);
  });

  it('listens on the sockets that a service manager hands over', async () => {
    const bed = await startCurveBed();
    await bed.volume('/a');
    const python = [
      'import os, socket, sys',
      's = socket.socket()',
      "s.bind(('127.0.0.1', 0))",
      's.listen(16)',
      'os.dup2(s.fileno(), 3)',
      'os.set_inheritable(3, True)',
      "os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid()))",
      'os.execv(sys.argv[1], sys.argv[1:])',
    ].join('\n');
    const curvecmd = fileURLToPath(new URL('../../bin/curvecmd.js', import.meta.url));
    const child = spawn('python3', ['-c', python, process.execPath, curvecmd, 'nbd', '/a'], {
      env: { ...process.env, ...bed.env, HOME: bed.folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill());
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const port = Number(/^nbd:\/\/127\.0\.0\.1:(\d+)\/a\n$/.exec(String(line))?.[1]);
    expect(await greeting({ host: '127.0.0.1', port })).toBe(GREETING);
    child.kill('SIGTERM');
    expect(await exitOf(child)).toEqual([0, null]);
  });

  it('tells where such a socket is if it is a Unix one', async () => {
    const bed = await startCurveBed();
    await bed.volume('/a');
    const python = [
      'import os, socket, sys',
      's = socket.socket(socket.AF_UNIX)',
      "s.bind('activated')",
      's.listen(16)',
      'os.dup2(s.fileno(), 3)',
      'os.set_inheritable(3, True)',
      "os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid()))",
      'os.execv(sys.argv[1], sys.argv[1:])',
    ].join('\n');
    const curvecmd = fileURLToPath(new URL('../../bin/curvecmd.js', import.meta.url));
    const child = spawn('python3', ['-c', python, process.execPath, curvecmd, 'nbd', '/a'], {
      cwd: bed.folder,
      env: { ...process.env, ...bed.env, HOME: bed.folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill());
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    expect(String(line)).toBe('nbd+unix:///a?socket=activated\n');
    expect(await greeting({ path: join(bed.folder, 'activated') })).toBe(GREETING);
    child.kill('SIGTERM');
    expect(await exitOf(child)).toEqual([0, null]);
  });

  it('a volume that somebody has open is refused, unless it is only read, or shared', async () => {
    const bed = await startCurveBed();
    await bed.volume('/a');
    const volume = await (await bed.client()).open('/a');
    await expect.poll(async () => (await bed.client()).mounts('/a')).toHaveLength(1);
    const refused = await bed.curvecmd(['nbd', '/a', '--listen', '0']);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(/open elsewhere \(127\.0\.0\.1\).*--wait 60s waits for it/);
    for (const option of ['--read-only', '--shared']) {
      const server = await serving(bed, ['/a', option, '--listen', '0']);
      server.end();
      expect(await server.running).toMatchObject({ exitCode: 0 });
    }
    await volume.close();
  });

  it.each<[string[], RegExp, number]>([
    [['/none'], /\/none: .*it does not exist/, 1],
    [['/a', '--listen', 'x:y'], /--listen must be HOST:PORT or a port; it is "x:y"/, 2],
    [['/a', '--listen', '127.0.0.1:70000'], /--listen must be/, 2],
    [['/a', '--listen', '0.0.0.0:0'], /other machines reach.*--tls-certificates or --tls-psk encrypts/, 1],
    [['/a', '--tls-verify-peer'], /--tls-verify-peer needs --tls-certificates or --tls-psk/, 2],
    [['/a', '--tls-certificates', 'x', '--tls-psk', 'y'], /exclude each other/, 2],
    [['/a', '--tls-psk', 'none', '--listen', '0'], /none cannot be read: ENOENT/, 1],
    [['/a', '--socket', 'none/sock'], /cannot listen on .*: its folder is not there/, 1],
    [['/a', '/a', '--listen', '0'], /\/a is exported for writing already/, 1],
  ])('%j is refused, and nothing stays open', async (argv, message, exitCode) => {
    const bed = await startCurveBed();
    await bed.volume('/a');
    const run = await bed.curvecmd(['nbd', ...argv]);
    expect(run).toEqual({ exitCode, stdout: '', stderr: expect.stringMatching(message) });
    await expect.poll(async () => (await bed.client()).mounts('/a')).toEqual([]);
  });
});
