// The Curve half, on an embedded cluster of three chunkservers: a disk image goes into a volume while a chunkserver
// dies, and comes out again; a striped volume; a removed volume comes back, and is served as a disk; curvecmd draws a volume
// and measures it.
import { spawn } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { startCurveEmulator } from '../../packages/curve-emulator/dist/index.js';
import { exportVolume, serveNbd } from '../../packages/curve-nbd/dist/index.js';
import { CurveClient, CurveError } from '../../packages/curve-sdk/dist/index.js';
import { CONTENT_SIZE, isSound, makeDiskImage } from './disk-image.mjs';
import { copyExport } from './nbd-copy.mjs';
import { note, say } from './show.mjs';

const MIB = 2 ** 20;
const IMAGE_SIZE = 256 * MIB;
const STRIPED_SIZE = 64 * MIB;
const VOLUME_SIZE = 10 * 2 ** 30;
const CURVECMD = fileURLToPath(new URL('../../packages/cli/bin/curvecmd.js', import.meta.url));
const [DISK, STRIPED] = ['/demo-disk', '/demo-striped'];

const folder = mkdtempSync(join(tmpdir(), 'curve-wcs-demo-'));
const [image, copy] = [join(folder, 'disk.img'), join(folder, 'copy.img')];
const cluster = await startCurveEmulator({ chunkservers: 3 });
const curve = await CurveClient.connect(cluster.clientConfPath, { user: 'demo' });
try {
  say(`\nCurve: a cluster is running, MDS at ${cluster.mdsAddresses.join(', ')}, with three chunkservers.`);
  const content = makeDiskImage(folder, image, IMAGE_SIZE);
  const expected = await sha256(createReadStream(image));

  say(`  importing a disk image of 256 MiB, ${content}; a chunkserver is killed half way`);
  await curve.createVolume(DISK, { size: VOLUME_SIZE });
  await importWhileOneDies();
  await exportAndCompare(expected);
  await cluster.startChunkserver(1);

  say('  writing 64 MiB to a volume that is striped over four chunks');
  await curve.createVolume(STRIPED, { size: VOLUME_SIZE, stripe: { unit: 65536, count: 4 } });
  await writeAndRead(STRIPED);

  say('  removing the disk, and restoring it from the recycle bin');
  await curve.remove(DISK);
  const gone = await curve.open(DISK).catch(error => error);
  note('remove: the error says kFileNotExists', {
    right: gone instanceof CurveError && gone.status === 'kFileNotExists',
  });
  await curve.trash.restore(DISK);
  await withVolume(DISK, async volume => {
    const restored = await sha256(volume.createReadStream({ end: IMAGE_SIZE - 1 }));
    note('restore it: the same bytes', { right: restored === expected });
  });

  say('  serving the disk over NBD, and copying it out as any NBD client does');
  await serveAndCopy(expected);

  say('\n  curvecmd shows where a volume lies, and measures');
  await showMap(STRIPED);
  await measure(STRIPED);
} finally {
  await curve.close();
  await cluster.close();
  rmSync(folder, { recursive: true, force: true });
}

async function importWhileOneDies() {
  await withVolume(DISK, async volume => {
    let stopping;
    const started = performance.now();
    const { written, skipped } = await volume.import(image, {
      onProgress: progress => {
        if (progress.written > CONTENT_SIZE / 2)
          stopping ??= cluster.stopChunkserver(1, { electionDelay: 300 });
      },
    });
    await stopping;
    const seconds = (performance.now() - started) / 1000;
    note(`import a disk image, ${mib(skipped)} of zeros left out, a chunkserver killed half way`, {
      bytes: IMAGE_SIZE,
      seconds,
      right: written + skipped === IMAGE_SIZE && skipped > 0,
    });
  });
}

async function exportAndCompare(expected) {
  await withVolume(DISK, async volume => {
    const started = performance.now();
    await volume.export(copy, { length: IMAGE_SIZE });
    const seconds = (performance.now() - started) / 1000;
    const right = (await sha256(createReadStream(copy))) === expected;
    note('export it, sha256 compared', { bytes: IMAGE_SIZE, seconds, right });
  });
  const onDisk = statSync(copy).blocks * 512;
  note(`the exported file has holes: it takes ${mib(onDisk)}`, { right: onDisk < IMAGE_SIZE });
  const sound = isSound(copy);
  if (sound !== undefined) note('e2fsck finds nothing wrong with it', { right: sound });
}

async function serveAndCopy(expected) {
  const [socket, target] = [join(folder, 'nbd.sock'), join(folder, 'nbd-copy.img')];
  const disk = await exportVolume(curve, DISK, { readOnly: true });
  const server = await serveNbd({ exports: [disk], listen: { socket } });
  try {
    const started = performance.now();
    const program = await copyExport(socket, disk.name, IMAGE_SIZE, target);
    const seconds = (performance.now() - started) / 1000;
    const right = (await sha256(createReadStream(target))) === expected;
    note(`copy it out over NBD with ${program}, sha256 compared`, { bytes: IMAGE_SIZE, seconds, right });
  } finally {
    await server.close();
  }
}

async function writeAndRead(path) {
  await withVolume(path, async volume => {
    const data = randomFillSync(Buffer.allocUnsafe(STRIPED_SIZE));
    const started = performance.now();
    await pipeline(Readable.from(partsOf(data)), volume.createWriteStream());
    const read = await sha256(volume.createReadStream({ end: STRIPED_SIZE - 1 }));
    const seconds = (performance.now() - started) / 1000;
    const right = read === createHash('sha256').update(data).digest('hex');
    note('stream to a striped volume and back, sha256 compared', { bytes: 2 * STRIPED_SIZE, seconds, right });
  });
}

async function showMap(path) {
  await curvecmd(['map', path], { show: true });
  const segments = (await curvecmd(['map', path, '--json']))
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
  const allocated = segments.filter(segment => segment.allocated).map(({ index }) => index);
  note('curvecmd map: 1 of 10 segments is allocated', {
    right: segments.length === 10 && allocated.join() === '0',
  });
}

async function measure(path) {
  const workload = ['--rw', 'randread', '--size', '64M', '--depth', '16', '--time', '1s'];
  const { seconds, read } = JSON.parse(await curvecmd(['bench', path, ...workload, '--json', '--quiet']));
  const { operations, bytes, latencyMicroseconds } = read;
  const { p50, p99 } = latencyMicroseconds;
  note(`curvecmd bench: ${operations} random reads, p50 ${Math.round(p50)} µs, p99 ${Math.round(p99)} µs`, {
    bytes,
    seconds,
    right: operations > 0 && bytes === operations * 4096,
  });
}

/** Runs curvecmd as users do; what it prints is given, or goes to the terminal. */
async function curvecmd(args, { show = false } = {}) {
  say(`  $ curvecmd ${args.join(' ')}`);
  const env = { ...process.env, CURVE_CONF: cluster.clientConfPath, CURVE_USER: 'demo' };
  const stdio = ['ignore', show ? 'inherit' : 'pipe', 'inherit'];
  const child = spawn(process.execPath, [CURVECMD, ...args], { env, stdio });
  const exited = once(child, 'exit');
  const printed = child.stdout ? await text(child.stdout) : '';
  const [status] = await exited;
  if (status !== 0) throw new Error(`curvecmd ${args.join(' ')} failed`);
  return printed;
}

function* partsOf(data) {
  for (let at = 0; at < data.length; at += MIB) yield data.subarray(at, at + MIB);
}

async function withVolume(path, use) {
  const volume = await curve.open(path);
  try {
    await use(volume);
  } finally {
    await volume.close();
  }
}

async function sha256(stream) {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
}

function mib(bytes) {
  return `${Math.round(bytes / MIB)} MiB`;
}
