import { createServer } from 'node:net';
import { join } from 'node:path';
import { temporaryFolder, unreachableHost } from '@curve-wcs/test-support';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runCurvecmd } from '../../src/index.js';
import { startCurveBed } from '../support/curve-bed.js';
import { runTool } from '../support/test-io.js';

const failed = (exitCode: number, stderr: unknown) => ({ exitCode, stdout: '', stderr });

describe('the configuration', () => {
  test('is that of --conf, then that of CURVE_CONF', async () => {
    const bed = await startCurveBed();
    const id = await (await bed.client()).clusterId();
    const conf = bed.cluster.clientConfPath;
    expect(
      (await bed.curvecmd(['cluster-id', '--conf', conf], { env: { CURVE_CONF: '/none' } })).stdout,
    ).toBe(`${id}\n`);
    expect(await bed.curvecmd(['cluster-id', '--conf', 'none'])).toEqual(
      failed(
        3,
        `curvecmd: there is no configuration file ${join(bed.folder, 'none')}; name a client.conf with --conf FILE or CURVE_CONF\n`,
      ),
    );
  });

  test('is where Curve puts it otherwise', async () => {
    const cwd = temporaryFolder();
    const run = await runTool(runCurvecmd, ['cluster-id', '--user', 'alice'], { cwd });
    expect(run).toEqual(
      failed(
        3,
        expect.stringMatching(/^curvecmd: there is no configuration file \/etc\/curve\/client\.conf; name/),
      ),
    );
  });

  test.each<[string, string, RegExp]>([
    ['no address', 'global.logLevel=2\n', /mds\.listen\.addr/],
    ['a wrong address', 'mds.listen.addr=nowhere\n', /mds\.listen\.addr/],
    ['a wrong number', 'mds.listen.addr=127.0.0.1:1\nmds.rpcTimeoutMS=soon\n', /mds\.rpcTimeoutMS/],
  ])('with %s is refused', async (_, text, message) => {
    const bed = await startCurveBed();
    bed.write('client.conf', text);
    expect(await bed.curvecmd(['cluster-id', '--conf', 'client.conf'])).toEqual(
      failed(3, expect.stringMatching(message)),
    );
  });

  test('of a cluster that does not answer says where it was looked for', async () => {
    const bed = await startCurveBed();
    const conf = bed.cluster.clientConf.replace(/mds\.maxRetryMS=\d+/, 'mds.maxRetryMS=300');
    bed.write('client.conf', conf);
    await bed.cluster.stopMds(0);
    const run = await bed.curvecmd(['ls', '/', '--conf', 'client.conf']);
    expect(run).toEqual(
      failed(
        1,
        expect.stringMatching(
          /^curvecmd: no answer, ECONNREFUSED .*; is the cluster running, and mds\.listen\.addr in client\.conf right\?\n$/,
        ),
      ),
    );
  });

  test('of a host that drops connections is no success, whatever is asked', async () => {
    await using host = await unreachableHost();
    const bed = await startCurveBed();
    const conf = bed.cluster.clientConf
      .replace(/mds\.maxRetryMS=\d+/, 'mds.maxRetryMS=300')
      .replace(/addr=.*/, `addr=127.0.0.1:${host.port}`);
    bed.write('client.conf', conf);
    for (const command of [
      ['extend', '/v', '20GiB'],
      ['mkdir', '/d'],
      ['rm', '/v'],
      ['ls', '/'],
      ['cluster-id'],
    ]) {
      expect(await bed.curvecmd([...command, '--conf', 'client.conf'])).toEqual(
        failed(1, expect.stringMatching(/^curvecmd: no answer, E(RPC)?TIMEDOUT /)),
      );
    }
  });

  test('of a server that is none of Curve is given up at the deadline', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await new Promise(resolve => silent.once('listening', resolve));
    const bed = await startCurveBed();
    const { port } = silent.address() as { port: number };
    bed.write('client.conf', bed.cluster.clientConf.replace(/addr=.*/, `addr=127.0.0.1:${port}`));
    const run = await bed.curvecmd(['cluster-id', '--conf', 'client.conf', '--deadline', '300ms']);
    expect(run).toEqual(
      failed(
        1,
        expect.stringMatching(
          /^curvecmd: not done when its deadline passed; allow more time with --deadline/,
        ),
      ),
    );
  });
});

describe('the user', () => {
  test('is that of --user, then that of CURVE_USER', async () => {
    const bed = await startCurveBed();
    await bed.volume('/v');
    expect(await bed.curvecmd(['stat', '/v', '--quiet'])).toMatchObject({ exitCode: 0 });
    expect(await bed.curvecmd(['stat', '/v', '--user', 'bob'])).toMatchObject({ exitCode: 1 });
    expect(await bed.curvecmd(['stat', '/v'], { env: { CURVE_USER: '' } })).toEqual(
      failed(3, 'curvecmd: no user is given; name one with --user NAME or CURVE_USER\n'),
    );
  });
});

describe('the password', () => {
  const root = ['ls', '/', '--user', 'root'];

  test('is that of CURVE_PASSWORD', async () => {
    const bed = await startCurveBed();
    expect(await bed.curvecmd(root, { env: { CURVE_PASSWORD: 'root_password' } })).toMatchObject({
      exitCode: 0,
    });
    const wrong = await bed.curvecmd(root, { env: { CURVE_PASSWORD: 'guessed' } });
    expect(wrong).toEqual(failed(1, expect.stringMatching(/kOwnerAuthFail.*also refuses a wrong password/)));
    expect(wrong.stderr).not.toContain('guessed');
  });

  test('is the first line of --password-file', async () => {
    const bed = await startCurveBed();
    bed.write('password', 'root_password\n', 0o600);
    const run = await bed.curvecmd([...root, '--password-file', 'password'], {
      env: { CURVE_PASSWORD: 'other' },
    });
    expect(run).toEqual({ exitCode: 0, stdout: 'RecycleBin/\n', stderr: '' });
  });

  test('in a file that others may read works, with a warning', async () => {
    const bed = await startCurveBed();
    const path = bed.write('password', 'root_password', 0o644);
    expect(await bed.curvecmd([...root, '--password-file', 'password'])).toEqual({
      exitCode: 0,
      stdout: 'RecycleBin/\n',
      stderr: `curvecmd: warning: others may read the password file ${path}; chmod 600 ends that\n`,
    });
  });

  test.each<[string, string | undefined, RegExp]>([
    ['that is not there', undefined, /^curvecmd: cannot read the password file \S+: ENOENT/],
    ['that is empty', '\n', /^curvecmd: the password file \S+ is empty\n$/],
  ])('in a file %s is refused', async (_, content, message) => {
    const bed = await startCurveBed();
    if (content !== undefined) bed.write('password', content, 0o600);
    expect(await bed.curvecmd([...root, '--password-file', 'password'])).toEqual(
      failed(3, expect.stringMatching(message)),
    );
  });

  test('is never an argument', async () => {
    const bed = await startCurveBed();
    const { exitCode, stderr } = await bed.curvecmd([...root, '--password', 'root_password']);
    expect(exitCode).toBe(2);
    expect(stderr).toBe('curvecmd: there is no option --password; did you mean --password-file?\n');
  });
});

test('--verbose tells what is used, and where an error comes from', async () => {
  const bed = await startCurveBed();
  const { exitCode, stderr } = await bed.curvecmd(['stat', '/none', '--verbose']);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`curvecmd: configuration from ${bed.cluster.clientConfPath}, user alice\n`);
  expect(stderr).toMatch(/\ncurvecmd: CurveError: /);
});
