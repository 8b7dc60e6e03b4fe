import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { lcg } from '@curve-wcs/test-support';
import { beforeEach, describe, expect, test } from 'vitest';
import { ExitCode, Interruption } from '../src/index.js';
import { onTerminal } from './support/on-terminal.js';
import { spawnCli } from './support/spawn-cli.js';
import { startTestBed, type TestBed } from './support/test-bed.js';

const OUTPUT = '--legacy-output';
const EXIT = '--legacy-exit';
const MiB = 2 ** 20;

let bed: TestBed;
beforeEach(async () => {
  bed = await startTestBed();
  bed.write('file', 'hello');
  await bed.wcscmd(['put', 'wcs://demo/a.txt', 'file']);
});

/** The messages of a log, but the first two, with their levels. */
const messages = (log: string) =>
  log
    .replace(/\r?\n$/, '')
    .split('\n')
    .map(line => line.replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - /, ''))
    .slice(2);

describe('the modes', () => {
  const MISSING = ['stat', 'wcs://demo/missing'];

  test('--legacy-output alone keeps the honest exit status', async () => {
    const { exitCode, stdout, stderr } = await bed.wcscmd([...MISSING, OUTPUT]);
    expect({ exitCode, stdout }).toEqual({ exitCode: ExitCode.failed, stdout: '' });
    expect(messages(stderr)).toEqual([
      'DEBUG - Start to get the stat of demo:missing',
      expect.stringMatching(/^DEBUG - \(404, \{.*'code': 404.*\}, \{'x-reqid': '\w+'\}\)$/),
    ]);
    expect((await bed.wcscmd(['frobnicate', OUTPUT])).exitCode).toBe(ExitCode.usage);
    expect((await bed.wcscmd(['stat', OUTPUT])).exitCode).toBe(ExitCode.usage);
    expect((await bed.wcscmd(['stat', 'a', OUTPUT, '-c', 'none'])).exitCode).toBe(ExitCode.config);
  });

  test('--legacy-exit alone keeps the output', async () => {
    const plain = await bed.wcscmd(MISSING);
    const run = await bed.wcscmd([EXIT, ...MISSING]);
    expect(run.exitCode).toBe(ExitCode.success);
    const withoutId = (text: string) => text.replace(/request \w+/, 'request ID');
    expect(withoutId(run.stderr)).toBe(withoutId(plain.stderr));
    expect((await bed.wcscmd([EXIT, 'listbucket'])).stdout).toBe('demo\n');
  });

  test('are no options after --', async () => {
    const run = await bed.wcscmd(['--', 'stat', 'wcs://demo/a.txt', EXIT]);
    expect(run).toMatchObject({
      exitCode: ExitCode.usage,
      stderr: expect.stringMatching(/^wcscmd: too many/),
    });
  });

  test.each([[['ls']], [['du', 'wcs://demo']], [['put', '-r', 'wcs://demo/tree', '.', '--include', 'file']]])(
    'change nothing of what the official tool does not have: %j',
    async argv => {
      const plain = await bed.wcscmd(argv);
      const run = await bed.wcscmd([...argv, OUTPUT, EXIT]);
      expect(run.exitCode).toBe(plain.exitCode);
      expect(run.stderr).not.toContain('DEBUG');
    },
  );

  test('say what is wrong with options as optparse does', async () => {
    expect(await bed.wcscmd([OUTPUT, EXIT, '--limit'])).toEqual({
      exitCode: ExitCode.usage,
      stdout: '',
      stderr:
        'Usage: wcscmd [options] COMMAND [parameters]\n\nwcscmd: error: option --limit needs an argument: N\n',
    });
  });

  test('without a command there is help', async () => {
    const run = await bed.wcscmd([OUTPUT]);
    expect(run.exitCode).toBe(ExitCode.success);
    expect(run.stdout).toMatch(/^Usage: wcscmd/);
    expect(run.stderr).toMatch(/ - DEBUG - wcscmd version 5\.0\.36\n$/);
  });
});

describe('--legacy-output', () => {
  test('of a service that does not answer', async () => {
    await bed.emulator.close();
    const { exitCode, stderr } = await bed.wcscmd(['stat', 'wcs://demo/a', OUTPUT, EXIT]);
    expect(exitCode).toBe(ExitCode.success);
    expect(messages(stderr)[1]).toMatch(
      /^DEBUG - \(-1, 'stat: no usable connection .*', \{'x-reqid': ''\}\)$/,
    );
  });

  test.each(['list', 'listall'])('of %s without an answer, or a place for it', async command => {
    const unwritable = await bed.wcscmd([command, 'wcs://demo', 'none/list', OUTPUT]);
    expect(unwritable.exitCode).toBe(ExitCode.failed);
    expect(messages(unwritable.stderr)).toContainEqual(
      expect.stringMatching(/^ERROR - Save Fail,\[Errno 2\] No such file or directory: '.*none\/list'$/),
    );
    await bed.emulator.close();
    const { stderr } = await bed.wcscmd([command, 'wcs://demo', 'list', OUTPUT]);
    expect(messages(stderr).at(-1)).toBe(
      'ERROR - Request fail, more detail please pay attention to reqid:  ',
    );
  });

  test.each(['list', 'listall'])('%s needs a file, and refuses a limit that is none', async command => {
    const { exitCode, stderr } = await bed.wcscmd([command, 'wcs://demo', OUTPUT, EXIT]);
    expect(exitCode).toBe(ExitCode.success);
    expect(messages(stderr)).toEqual([`ERROR - Not enough parameters for command '${command}'`]);
    bed.configure({ limit: '5000' });
    const limited = await bed.wcscmd([command, 'wcs://demo', 'f', OUTPUT, EXIT]);
    expect(limited.exitCode).toBe(ExitCode.success);
    expect(messages(limited.stderr).at(-1)).toBe('ERROR - Invalid limit');
    expect((await bed.wcscmd(['stat', 'wcs://demo/a.txt', '--limit', '5000', OUTPUT])).exitCode).toBe(0);
  });

  test('of an upload in blocks whose requests are smaller than the blocks', async () => {
    bed.configure({ bput_size: String(2 * MiB), concurrency: '1' });
    bed.write('big', lcg(9 * MiB));
    const { exitCode, stdout, stderr } = await bed.wcscmd(['multiput', 'wcs://demo/big', 'big', OUTPUT]);
    expect({ exitCode, stdout }).toEqual({ exitCode: ExitCode.success, stdout: '' });
    expect(messages(stderr)).toEqual([
      'DEBUG - Now start a new multipart upload task',
      expect.stringMatching(/^DEBUG - New upload id: \w{32}$/),
      'DEBUG - There are 3 offsets need to upload',
      'DEBUG - Now start upload file blocks',
      'DEBUG - Current progress:33%',
      'DEBUG - Current progress:67%',
      'DEBUG - Current progress:100%',
      'DEBUG - Now all blocks have upload suc.',
      expect.stringMatching(/^DEBUG - \(200, \{.*'hash': '\S+'.*\}, \{'x-reqid': '\w+'\}\)$/),
    ]);
  });

  test('of an upload in blocks that breaks off, and is resumed', async () => {
    bed.configure({ concurrency: '1' });
    bed.write('big', lcg(9 * MiB));
    bed.emulator.faults.add({ match: { path: '/mkblk/', nth: 2 }, do: 'status 403' });
    const failed = await bed.wcscmd(['multiput', 'wcs://demo/big', 'big', OUTPUT, EXIT]);
    expect(failed.exitCode).toBe(ExitCode.success);
    const [, id = ''] = /New upload id: (\w{32})/.exec(failed.stderr) ?? [];
    expect(messages(failed.stderr).slice(4)).toEqual([
      'DEBUG - Current progress:33%',
      expect.stringMatching(/^DEBUG - make block fail,code :403,message :/),
      'DEBUG - Current progress:33%',
      `DEBUG - Sorry! Mulitpart upload fail,more detail see ${join(bed.folder, 'records', id)}`,
      expect.stringContaining(
        `{'uploadBatch': '${id}', 'upload_record': ['{"offset": 4194304, "code": 403, `,
      ),
    ]);
    const resumed = await bed.wcscmd(['multiput', 'wcs://demo/big', 'big', '--upload-id', id, OUTPUT]);
    expect(resumed.exitCode).toBe(ExitCode.success);
    expect(messages(resumed.stderr)).toContain(
      `DEBUG - Uncomplete offsetlist: [4194304, 8388608], uploadid: ${id}, complete size: 4194304`,
    );
  });

  test('of an upload in blocks that is not answered: the reason, and the record of the block', async () => {
    bed.configure({ concurrency: '1' });
    bed.write('big', lcg(9 * MiB));
    bed.emulator.faults.add({ match: { path: '/mkblk/', nth: 2 }, do: 'reset' });
    const { exitCode, stderr } = await bed.wcscmd(['multiput', 'wcs://demo/big', 'big', OUTPUT, EXIT]);
    expect(exitCode).toBe(ExitCode.success);
    expect(messages(stderr).slice(5)).toEqual([
      expect.stringMatching(
        /^DEBUG - make block fail,code :-1,message :\{'message': ['"].*no usable connection/,
      ),
      'DEBUG - Current progress:33%',
      expect.stringMatching(/^DEBUG - Sorry! Mulitpart upload fail/),
      expect.stringMatching(
        /'\{"offset": 4194304, "code": -1, "ctx": ".*no usable connection.*", "size": 4194304\}'/,
      ),
    ]);
  });

  test('of blocks that could not be joined', async () => {
    bed.write('big', lcg(9 * MiB));
    bed.emulator.faults.add({ match: { path: '/mkfile/' }, do: 'reset' });
    const { exitCode, stderr } = await bed.wcscmd(['multiput', 'wcs://demo/big', 'big', OUTPUT, EXIT]);
    expect(exitCode).toBe(ExitCode.success);
    expect(messages(stderr).slice(-2)).toEqual([
      'DEBUG - Now all blocks have upload suc.',
      expect.stringMatching(/^DEBUG - \(-1, /),
    ]);
  });

  test('of an upload with --returnurl: the address with the result', async () => {
    bed.write('a', 'hello');
    const put = () =>
      bed.wcscmd(['put', 'wcs://demo/r', 'a', '--returnurl', 'http://page.example.com/', OUTPUT, EXIT]);
    expect(messages((await put()).stderr)).toEqual([
      expect.stringMatching(
        /^DEBUG - \(303, 'http:\/\/page\.example\.com\/\?upload_ret=[\w=-]+', \{'x-reqid': '\w+'\}\)$/,
      ),
    ]);
    const again = await put();
    expect(again.exitCode).toBe(ExitCode.success);
    expect(messages(again.stderr)).toEqual([expect.stringMatching(/^DEBUG - \(303, 'http:.*code=406/)]);
  });

  test('of a form: as the official tool labels it, and without a question more', async () => {
    bed.write('a', 'hello');
    const body = 'name=$(fname)&type=$(mimeType)&sum=$(hash)';
    const requests = bed.emulator.requests.length;
    const { stderr } = await bed.wcscmd(['put', "wcs://demo/dir/it's ü", 'a', '--returnbody', body, OUTPUT]);
    const [, answer = ''] = /\(200, '([\w=-]+)'/.exec(stderr) ?? [];
    const pairs = Buffer.from(answer, 'base64url').toString().split('&');
    const { name, type } = Object.fromEntries(pairs.map(pair => pair.split('=')));
    expect({ name, type }).toEqual({ name: 'it%27s%20%C3%BC', type: 'text/plain' });
    expect(bed.emulator.requests).toHaveLength(requests + 1);
  });

  test('of a result that cannot be saved', async () => {
    for (const command of ['list', 'listall']) {
      const { exitCode, stderr } = await bed.wcscmd([command, 'wcs://demo', 'none/r.txt', OUTPUT, EXIT]);
      expect(exitCode).toBe(ExitCode.success);
      expect(messages(stderr).at(-1)).toBe(
        `ERROR - Save Fail,[Errno 2] No such file or directory: '${join(bed.folder, 'none/r.txt')}'`,
      );
    }
  });

  test.each([
    ['put', 'folder', 'ValueError'],
    ['multiput', 'folder', 'IsADirectoryError'],
    ['put', 'none', 'ValueError'],
    ['multiput', 'none', 'FileNotFoundError'],
    ['multiput', 'file/x', 'NotADirectoryError'],
  ])('of %s of what is no file: %s', async (command, name, error) => {
    mkdirSync(join(bed.folder, 'folder'), { recursive: true });
    const { exitCode, stderr } = await bed.wcscmd([command, 'wcs://demo/k', name, OUTPUT, EXIT]);
    expect(exitCode).toBe(ExitCode.failed);
    const sorry = 'ERROR - Sorry ! Please input a existing file';
    const end = expect.stringMatching(new RegExp(`^${error}: .*${name}`));
    expect(messages(stderr)).toEqual(command === 'put' ? [sorry, end] : [end]);
    expect(await bed.wcscmd([command, 'wcs://demo/k', name])).toMatchObject({
      exitCode: name === 'folder' ? ExitCode.usage : ExitCode.failed,
    });
  });

  test('of a time limit that is none', async () => {
    bed.configure({ connection_timeout: 'x' });
    for (const command of ['list', 'listall']) {
      const { exitCode, stderr } = await bed.wcscmd([command, 'wcs://demo', 'r', OUTPUT, EXIT]);
      expect(exitCode).toBe(ExitCode.success);
      expect(messages(stderr)).toEqual(["ERROR - could not convert string to float: 'x'"]);
    }
    expect(await bed.wcscmd(['stat', 'wcs://demo/a.txt', OUTPUT, EXIT])).toMatchObject({
      exitCode: ExitCode.failed,
    });
  });

  test('of a list that would be a folder', async () => {
    mkdirSync(join(bed.folder, 'folder'));
    const { stderr } = await bed.wcscmd(['list', 'wcs://demo', 'folder', OUTPUT]);
    expect(messages(stderr).at(-1)).toBe(
      `ERROR - Save Fail,[Errno 21] Is a directory: '${join(bed.folder, 'folder')}'`,
    );
  });

  test.each<[ends: number, ...argv: string[]]>([
    [ExitCode.failed, '-c', 'none'],
    [ExitCode.failed, '--config=none', '-s'],
    [ExitCode.failed, '--dump-config', '-c', 'none'],
    [ExitCode.failed, '--dump-config', '--profile', 'a/b'],
    [ExitCode.success, '--configure', '-c', 'a', '--profile', 'b'],
  ])('of what goes wrong before any command, with %i: %s %s %s', async (ends, ...argv) => {
    const { exitCode, stderr } = await bed.wcscmd([...argv, OUTPUT, EXIT]);
    expect(exitCode).toBe(ends);
    expect(messages(`one more\n${stderr}`)).toEqual([expect.stringMatching(/none|profile/)]);
  });

  test.each([
    ['0', 0],
    [' 60 ', 60],
    ['+3', 3],
    ['0x10', 16],
    ['1_000', 1000],
    ["'-1'", -1],
  ])('of %j days, as Python reads them', async (days, meant) => {
    await bed.wcscmd(['put', 'wcs://demo/d', bed.write('a', 'x'), '--overwrite', ' 1 ', OUTPUT]);
    const { exitCode, stderr } = await bed.wcscmd(['setdeadline', 'wcs://demo/d', days, OUTPUT, EXIT]);
    expect(exitCode).toBe(ExitCode.success);
    expect(messages(stderr)[0]).toBe(`DEBUG - Set deadline of d to ${meant}`);
  });

  test('of limits and lifetimes as Python reads them', async () => {
    bed.write('a', 'x');
    const list = (limit: string) => bed.wcscmd(['list', 'wcs://demo', 'r', '--limit', limit, OUTPUT, EXIT]);
    expect(messages((await list('0')).stderr)[0]).toBe("DEBUG - List options is {'bucket': 'demo'}");
    for (const limit of [' 60 ', '+60', '6_0']) {
      expect(messages((await list(limit)).stderr)[0]).toBe(
        "DEBUG - List options is {'bucket': 'demo', 'limit': 60}",
      );
    }
    const put = (deadline: string) =>
      bed.wcscmd(['put', 'wcs://demo/p', 'a', '--overwrite', '1', '--deadline', deadline, OUTPUT, EXIT]);
    expect(messages((await put(' +60 ')).stderr)[0]).toMatch(/^DEBUG - \(200, /);
    // The token has ended when it arrives, and the service says so; unless that is within the same millisecond.
    expect(messages((await put('-5')).stderr)[0]).toMatch(/^DEBUG - \(401, /);
    expect(messages((await put('0')).stderr)[0]).toMatch(/^DEBUG - \((200|401), /);
  });

  describe('of wrong settings and options', () => {
    const run = (...argv: string[]) => bed.wcscmd([...argv, OUTPUT, EXIT]);
    const STAT = ['stat', 'wcs://demo/a.txt'];

    test('goes on where the command does not look at them', async () => {
      bed.configure({ block_size: '5', overwrite: 'maybe', force: 'x', limit: 'y', deadline: 'w' });
      bed.configure({ mkblk_retries: 'z', connection_retries: '-', concurrency: 'q', traffic_limit: 't' });
      for (const options of [
        [],
        ['--overwrite', 'yes'],
        ['--limit', 'abc'],
        ['--force', '7'],
        ['--mode', ''],
      ]) {
        const { exitCode, stdout, stderr } = await run(...options, ...STAT);
        expect(exitCode).toBe(ExitCode.success);
        expect(stdout).toBe('Block size 5 B is not available\n');
        expect(messages(stderr).at(-1)).toMatch(/^DEBUG - \(200, /);
      }
      expect((await run('crc64', 'file')).exitCode).toBe(ExitCode.success);
    });

    test.each<[ends: string, settings: Record<string, string>, argv: string[]]>([
      ['ValueError', { overwrite: 'maybe' }, ['put', 'wcs://demo/k', 'file']],
      ['ValueError', { deadline: 'x' }, ['put', 'wcs://demo/k', 'file']],
      ['ValueError', { connection_retries: 'x' }, ['del', 'wcs://demo/a.txt']],
      ['ValueError', { connection_timeout: 'x' }, STAT],
      ['ValueError', { force: 'x' }, ['fops', 'wcs://demo/a.txt', 'md5']],
      ['ValueError', { block_size: 'x' }, STAT],
      ['wcs.commons.error_deal.ParameterError', {}, ['--deadline', 'abc', ...STAT]],
      ['wcs.commons.error_deal.ParameterError', {}, ['--traffic_limit', 'abc', ...STAT]],
      ['IndexError', {}, ['list', 'demo', 'r']],
      ['IndexError', {}, ['deletePrefix', 'demo', 'dir']],
    ])('ends with %s for %j and %j', async (ends, settings, argv) => {
      bed.configure(settings);
      const { exitCode, stderr } = await run(...argv);
      expect(exitCode).toBe(ExitCode.failed);
      expect(stderr.trimEnd().split('\n').at(-1)).toMatch(new RegExp(`^${ends}: `));
    });

    test.each<[says: string, settings: Record<string, string>, argv: string[]]>([
      ["invalid literal for int() with base 10: 'x'", { limit: 'x' }, ['list', 'wcs://demo', 'r']],
      ["invalid literal for int() with base 10: 'x'", {}, ['list', 'wcs://demo', 'r', '--mode', 'x']],
      ['Invalid limit', { limit: '1001' }, ['list', 'wcs://demo', 'r']],
      ['Invalid value,please check .wcscfg file', { concurrency: 'x' }, ['multiput', 'wcs://demo/k', 'file']],
      ['mgr_url not set', { mgr_url: '' }, STAT],
      ['put_url not set', { put_url: '' }, ['put', 'wcs://demo/k', 'file']],
    ])('says %j, and ends as if nothing were wrong', async (says, settings, argv) => {
      bed.configure(settings);
      const { exitCode, stderr } = await run(...argv);
      expect(exitCode).toBe(ExitCode.success);
      expect(messages(stderr).at(-1)).toContain(says);
    });
  });

  test('of an empty file, which goes in one request', async () => {
    bed.write('empty', '');
    const { exitCode, stderr } = await bed.wcscmd(['multiput', 'wcs://demo/empty', 'empty', OUTPUT]);
    expect(exitCode).toBe(ExitCode.success);
    expect(messages(stderr)).toEqual([expect.stringMatching(/^DEBUG - \(200, '\S+', /)]);
  });

  test('of downloads', async () => {
    const url = `${bed.emulator.url}/-/demo/a.txt`;
    const { exitCode, stderr } = await bed.wcscmd(['get', url, OUTPUT]);
    expect(exitCode).toBe(ExitCode.success);
    expect(messages(stderr)).toEqual([
      'DEBUG - Download suc.',
      expect.stringMatching(/^DEBUG - return headers:\{.*'ETag': '"F.*'Content-Type': 'text\/plain'.*\}$/),
      `DEBUG - File saved successfully,File:[${join(bed.folder, 'a.txt')}]`,
    ]);
    const missing = await bed.wcscmd(['get', `${bed.emulator.url}/-/demo/none`, OUTPUT, EXIT]);
    expect(missing.exitCode).toBe(ExitCode.success);
    expect(messages(missing.stderr)).toEqual([
      expect.stringMatching(/^DEBUG - return headers:/),
      expect.stringMatching(/^ERROR - Download Fail:./),
    ]);
    expect((await bed.wcscmd(['get', 'wcs://demo/a.txt', 'b.txt', OUTPUT])).exitCode).toBe(0);
    expect(bed.read('b.txt').toString()).toBe('hello');
  });

  test.each(['/x/..%2f..%2fa.txt?q', '/..%2fa.txt?q', '//a.txt?q'])(
    'a download of %s stays in the folder',
    async path => {
      const { stderr } = await bed.wcscmd(['get', `${bed.emulator.url}${path}`, OUTPUT]);
      expect(stderr).toContain('Download Fail:');
      bed.emulator.faults.clear();
      expect(bed.files().filter(name => name.startsWith('.') && name !== '.wcscfg')).toEqual([]);
    },
  );

  test('of an interrupted run', async () => {
    const abort = new AbortController();
    abort.abort(new Interruption('SIGINT', 130));
    const run = await bed.wcscmd(['stat', 'wcs://demo/a.txt', OUTPUT, EXIT], { signal: abort.signal });
    expect(run.exitCode).toBe(130);
    expect(messages(run.stderr).at(-1)).toBe('KeyboardInterrupt: interrupted');
  });

  test('masks the secret key unless it is to be shown', async () => {
    const secret = bed.emulator.secretKey;
    expect((await bed.wcscmd(['--dump-config', OUTPUT])).stdout).not.toContain(secret);
    expect((await bed.wcscmd(['--dump-config', OUTPUT, '--show-secrets'])).stdout).toContain(
      `\nsecret_key = ${secret}\n`,
    );
    const asked = await bed.wcscmd(['--configure', OUTPUT, '--show-secrets'], { stdin: '' });
    expect(asked.stdout).toContain('Enter new values or accept defaults in brackets with Enter\n');
  });

  test('escapes what could steer a terminal', async () => {
    const { stderr } = await bed.wcscmd(['stat', 'wcs://demo/\u001b[2J', OUTPUT]);
    expect(stderr).not.toContain('\u001b');
  });
});

test('as a program, in a pipe and on a terminal', async () => {
  const run = await spawnCli('wcscmd', [OUTPUT, EXIT, 'stat', 'wcs://demo/missing'], { cwd: bed.folder })
    .ended;
  expect(run).toMatchObject({ exitCode: ExitCode.success, stdout: '' });
  expect(messages(run.stderr)).toContainEqual(expect.stringContaining('(404, {'));
  bed.write('big', lcg(3 * MiB));
  const argv = [OUTPUT, 'put', 'wcs://demo/big', 'big'];
  const shown = await onTerminal('wcscmd', argv, { cwd: bed.folder });
  expect(shown).toBe(stripVTControlCharacters(shown));
  expect(shown).toMatch(/^\d{4}-.* - DEBUG - wcscmd version 5\.0\.36\r\n(.* - DEBUG - .*\r\n){2}$/);
  const etag = await spawnCli('wcs_etag_cal', ['etag', 'file', OUTPUT], { cwd: bed.folder }).ended;
  expect(etag.stdout).toMatch(/^\['file'\]\nF\S{27}\n$/);
  expect(etag.stderr.trimEnd().split('\n')).toHaveLength(4);
});
