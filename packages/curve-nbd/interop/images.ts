import { randomFillSync } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { bed, GiB, MiB, run, same } from './bed.js';
import { SCALE } from './scale.js';

const SIZE = 10 * GiB;

/** Copies 200 MiB in four places of a large image in with one program, out with another, and compares. */
export async function sparseImage(program: string, argv: (uri: string) => string[]): Promise<void> {
  await using disk = await bed(SIZE);
  const [image, copy] = [join(disk.folder, 'image'), join(disk.folder, 'copy')];
  const file = await open(image, 'w');
  await file.truncate(SIZE);
  for (const [index, segment] of [0, 3, 4, 9].entries()) {
    const data = randomFillSync(Buffer.alloc(50 * MiB));
    await file.write(data, 0, data.length, segment * GiB + index * 4096 + 4096);
  }
  await file.close();
  await run(program, ...argv(disk.uri).map(one => (one === 'IMAGE' ? image : one)));
  same((await disk.curve.usage('/disk')).allocated, 4 * SCALE.segment, 'allocated');
  await run('qemu-img', 'compare', '-f', 'raw', '-F', 'raw', image, disk.uri);
  if (program === 'qemu-img') await run('nbdcopy', disk.uri, copy);
  else await run('qemu-img', 'convert', '-f', 'raw', '-O', 'raw', disk.uri, copy);
  await run('qemu-img', 'compare', '-f', 'raw', '-F', 'raw', image, copy);
  const { blocks, size } = await stat(copy);
  same([size, blocks * 512 < 300 * MiB], [SIZE, true], 'the copy is whole and sparse');
}

/** Copies nothing but zeros in. */
export async function zeroImage(): Promise<void> {
  await using disk = await bed(SIZE);
  const image = join(disk.folder, 'zeros');
  const file = await open(image, 'w');
  await file.write(Buffer.alloc(64 * MiB), 0, 64 * MiB, GiB - 32 * MiB);
  await file.truncate(SIZE);
  await file.close();
  await run('qemu-img', 'convert', '-n', '-f', 'raw', '-O', 'raw', image, disk.uri);
  same((await disk.curve.usage('/disk')).allocated, 0, 'allocated');
  await run('qemu-img', 'compare', '-f', 'raw', '-F', 'raw', image, disk.uri);
}
