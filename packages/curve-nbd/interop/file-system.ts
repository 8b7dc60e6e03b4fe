import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { appearance, type Bed, bed, GiB, run } from './bed.js';

/** Makes a file system, copies a tree into it, restarts everything, and compares. */
export async function fileSystem(): Promise<void> {
  await using disk = await bed(10 * GiB);
  const tree = fileURLToPath(new URL('../src', import.meta.url));
  await attached(disk, async (device, mountPoint) => {
    await run('mkfs.ext4', '-q', '-E', 'lazy_itable_init=0,lazy_journal_init=0', device);
    await run('mount', device, mountPoint);
    try {
      await run('cp', '-a', tree, join(mountPoint, 'tree'));
    } finally {
      await run('umount', mountPoint);
    }
  });
  await disk.stopServer();
  for (const id of [1, 2, 3]) await disk.cluster.stopChunkserver(id);
  for (const id of [1, 2, 3]) await disk.cluster.startChunkserver(id);
  await disk.startServer();
  await attached(disk, async (device, mountPoint) => {
    await run('e2fsck', '-f', '-n', device);
    await run('mount', '-o', 'ro', device, mountPoint);
    try {
      await run('diff', '-r', tree, join(mountPoint, 'tree'));
    } finally {
      await run('umount', mountPoint);
    }
  });
}

async function attached(
  disk: Bed,
  work: (device: string, mountPoint: string) => Promise<void>,
): Promise<void> {
  const [fuse, mountPoint] = [join(disk.folder, 'fuse'), join(disk.folder, 'mnt')];
  await mkdir(fuse, { recursive: true });
  await mkdir(mountPoint, { recursive: true });
  const nbdfuse = spawn('nbdfuse', [fuse, disk.uri], { stdio: 'inherit' });
  const ended = once(nbdfuse, 'exit');
  await appearance(join(fuse, 'nbd'));
  const device = (await run('losetup', '--find', '--show', join(fuse, 'nbd'))).trim();
  try {
    await work(device, mountPoint);
  } finally {
    await run('losetup', '--detach', device);
    await run('fusermount3', '-u', fuse);
    await ended;
  }
}
