// A disk image to import: a real ext4 file system where mkfs.ext4 is installed, else random bytes and zeros.
import { spawnSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { closeSync, mkdirSync, openSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const MIB = 2 ** 20;
const FILE = 8 * MIB;
const FILES = 12;

/** Bytes in an image that are not zeros, about. */
export const CONTENT_SIZE = FILES * FILE;

/** Makes the image, and says what is in it. */
export function makeDiskImage(folder, path, size) {
  const files = join(folder, 'files');
  mkdirSync(files);
  const random = () => randomFillSync(Buffer.allocUnsafe(FILE));
  writeFileSync(path, '');
  for (let index = 0; index < FILES; index++) writeFileSync(join(files, `file-${index}`), random());
  truncateSync(path, size);
  if (tool('mkfs.ext4', ['-q', '-F', '-d', files, path]))
    return `an ext4 file system with ${CONTENT_SIZE / MIB} MiB of files`;
  for (let index = 0; index < FILES; index++) writeAt(path, random(), index * 2 * FILE);
  return 'random bytes and zeros, since there is no mkfs.ext4';
}

/** Whether the file system in an image is sound; undefined where it cannot be checked. */
export function isSound(path) {
  return tool('e2fsck', ['-fn', path]);
}

function writeAt(path, data, position) {
  const handle = openSync(path, 'r+');
  writeSync(handle, data, 0, data.length, position);
  closeSync(handle);
}

/** Runs a tool of e2fsprogs, which is often not on the PATH of users; undefined if it is not installed. */
function tool(name, args) {
  const path = [process.env.PATH, '/sbin', '/usr/sbin'].join(delimiter);
  const { error, status, stderr } = spawnSync(name, args, {
    env: { ...process.env, PATH: path },
    encoding: 'utf8',
  });
  if (error?.code === 'ENOENT') return undefined;
  if (error) throw error;
  if (status !== 0) console.error(stderr);
  return status === 0;
}
