import { lcg } from '@curve-wcs/test-support';
import { expect, test } from 'vitest';
import { CURVECMD_COMMANDS } from '../../src/commands/curvecmd/registry.js';
import { MiB, startCurveBed } from '../support/curve-bed.js';

/**
 * A day with every command, in order: its words, where ID is the first that the one before has printed, and what it prints.
 * `serve` and `exporter` have tests of their own.
 */
const DAY: readonly [words: string, stdout: RegExp, user?: 'root'][] = [
  ['completion bash', /complete -F _curvecmd curvecmd\n$/],
  ['cluster-id', /^[0-9a-f-]{36}\n$/],
  ['poolsets', /^1\tdefault\tdefault\tdefault\n$/],
  ['mkdir -p /team/images', /^$/],
  ['create /team/vol1 --size 8M', /^path: \/team\/vol1\n/],
  ['ls -r /team', /^\/team\/images\/\n\/team\/vol1\n$/],
  ['extend /team/vol1 +8M', /^$/],
  ['stat /team/vol1', /\nlength: 16777216 \(16\.0 MiB\)\n/],
  ['write /team/vol1 disk.img', /^$/],
  ['read /team/vol1 --length 8 -o piece', /^file: piece\nbytes: 8\n$/],
  ['import disk.img /team/vol1', /^volume: \/team\/vol1\n/],
  ['export /team/vol1 copy.img', /^file: copy\.img\n/],
  ['map /team/vol1', /^0\t0\t4194304\tallocated\t127\./],
  ['throttle /team/vol1 --iops 500', /^500\t-\t-\tiops\n/],
  ['du /team', /\t\/team\/vol1\n/],
  ['status', /^state: healthy\n/],
  ['df', /\tlogicalPool1\n/],
  ['pools', /^1\t12\t3\t3\tyes\tpool1\tdefault\tlogicalPool1\n$/],
  ['servers', /^1\tzone1\t/],
  ['chunkservers', /^1\tonline\treadWrite\t/],
  ['copysets', /^1\t1\t127\..*\thealthy\t/],
  ['clients', /^$/],
  ['bench /team/vol1 --time 100ms', /^read\t\d+\t/],
  ['nbd /team/vol1 --run true', /^$/],
  ['snapshot create /team/vol1 evening --follow', /./],
  ['snapshot ls /team/vol1', /\tdone\t100\talice\t16777216\t\/team\/vol1\tevening\n$/],
  ['rollback /team/vol1 ID --follow', /^task: \S+\nstatus: done\n$/],
  ['clone /team/vol1 /team/copy --lazy --follow', /^task: \S+\nstatus: metaInstalled\n$/],
  ['flatten /team/copy --follow', /^task: \S+\nstatus: done\n$/],
  ['tasks /team/copy', /\tdone\t100\talice\t\/team\/vol1\t\/team\/copy\n$/],
  ['mv /team/vol1 /team/vol2', /^$/],
  ['chown alice /team/vol2', /^$/, 'root'],
  ['rm /team/vol2', /^$/],
  ['recover /team/vol2', /^$/],
  ['rm /team/vol2', /^$/],
  ['trash ls', /\t\/team\/vol2\t\/RecycleBin\/vol2-/, 'root'],
  ['trash purge --all', /^$/, 'root'],
  ['rmdir /team/images', /^$/],
  ['rm -r /team', /^$/],
];

test('every command runs as a program', async () => {
  const bed = await startCurveBed({ snapshotWait: 0 });
  bed.env['CURVE_SNAPSHOT_CLONE'] = bed.cluster.snapshotAddresses.join(',');
  bed.write('disk.img', lcg(3 * MiB));
  const root = { CURVE_USER: 'root', CURVE_PASSWORD: bed.cluster.rootPassword };
  const ran = new Set(['serve', 'exporter']);
  let id = '';
  for (const [words, expected, user] of DAY) {
    const argv = words.split(' ').map(word => (word === 'ID' ? id : word));
    ran.add(argv[0] ?? '');
    const { exitCode, stdout, stderr } = await bed.spawn(argv, user ? { env: root } : {}).ended;
    expect({ words, exitCode, stderr: stderr.replace(/^curvecmd: (?!warning).*\n/gm, '') }).toEqual({
      words,
      exitCode: 0,
      stderr: '',
    });
    expect(stdout, words).toMatch(expected);
    [id = ''] = stdout.split('\t');
  }
  expect([...ran].sort()).toEqual(CURVECMD_COMMANDS.map(({ name }) => name).sort());
  expect(
    bed
      .read('copy.img')
      .subarray(0, 3 * MiB)
      .equals(lcg(3 * MiB)),
  ).toBe(true);
});
