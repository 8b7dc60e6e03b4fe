// The Curve half: a volume on an embedded cluster of three chunkservers, one of which stops while 256 MiB are written;
// then the volume goes to the recycle bin and comes back.
import { createHash, randomFillSync } from 'node:crypto';
import { startCurveEmulator } from '../../packages/curve-emulator/dist/index.js';
import { CBDClient, errorName, FileInfo_t, UserInfo_t } from '../../packages/curve-sdk/dist/index.js';
import { note, say } from './show.mjs';

const MIB = 2 ** 20;
const SIZE = 256 * MIB;
const DEPTH = 8;
const VOLUME = '/demo-volume';

const cluster = await startCurveEmulator({ chunkservers: 3 });
const cbd = new CBDClient();
const user = new UserInfo_t('demo');
try {
  say(`\nCurve: a cluster is running, MDS at ${cluster.mdsAddresses.join(', ')}, with three chunkservers.`);
  await must('InitAsync', cbd.InitAsync(cluster.clientConfPath));
  await must('CreateAsync', cbd.CreateAsync(VOLUME, user, 10 * 2 ** 30));
  const info = new FileInfo_t();
  await must('StatFileAsync', cbd.StatFileAsync(VOLUME, user, info));

  const blocks = Array.from({ length: SIZE / MIB }, () => randomFillSync(Buffer.allocUnsafe(MIB)));
  const written = createHash('sha256');
  for (const block of blocks) written.update(block);
  const expected = written.digest('hex');

  say(`  writing 256 MiB, ${DEPTH} at a time; chunkserver 1 stops half way`);
  await withVolume(async fd => {
    let stopped;
    const seconds = await inParallel(blocks.length, async index => {
      if (index === blocks.length / 2) stopped = cluster.stopChunkserver(1);
      const length = await cbd.WriteAsync(fd, blocks[index], index * MIB, MIB);
      if (length !== MIB) throw new Error(`WriteAsync: ${errorName(length)}`);
    });
    await stopped;
    note('write 256 MiB to a volume, a chunkserver stopped half way', { bytes: SIZE, seconds, right: true });
  });
  await readAndCompare('read it back', expected);
  await cluster.startChunkserver(1);

  say('  unlinking the volume, and recovering it');
  await must('UnlinkAsync', cbd.UnlinkAsync(VOLUME, user));
  const gone = await cbd.StatFileAsync(VOLUME, user, new FileInfo_t());
  note('unlink: the volume is gone', { right: errorName(gone) === 'NOTEXIST' });
  await must('RecoverAsync', cbd.RecoverAsync(VOLUME, user, info.id));
  await readAndCompare('recover it, and read it again', expected);
} finally {
  await cbd.UnInitAsync();
  await cluster.close();
}

async function readAndCompare(what, expected) {
  await withVolume(async fd => {
    const parts = new Array(SIZE / MIB);
    const seconds = await inParallel(parts.length, async index => {
      parts[index] = await cbd.ReadAsync(fd, '', index * MIB, MIB);
    });
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    note(`${what}, sha256 compared`, { bytes: SIZE, seconds, right: hash.digest('hex') === expected });
  });
}

async function withVolume(work) {
  const fd = await cbd.OpenAsync(VOLUME, user);
  if (fd < 0) throw new Error(`OpenAsync: ${errorName(fd)}`);
  try {
    await work(fd);
  } finally {
    await must('CloseAsync', cbd.CloseAsync(fd));
  }
}

/** Does `work` for every index, some at a time; gives the seconds it took. */
async function inParallel(count, work) {
  const started = performance.now();
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: DEPTH }, worker));
  return (performance.now() - started) / 1000;
}

async function must(name, call) {
  const result = await call;
  if (result < 0) throw new Error(`${name}: ${errorName(result)}`);
  return result;
}
