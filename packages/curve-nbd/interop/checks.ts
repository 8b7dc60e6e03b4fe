import { randomFillSync } from 'node:crypto';
import { open, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { bed, GiB, MiB, run, same } from './bed.js';

/** Something that stock programs do with an export. */
export interface Check {
  readonly name: string;
  /** The programs it takes. */
  readonly programs: readonly string[];
  /** Fails, or may say more. */
  run(): Promise<unknown>;
}

const SIZE = 10 * GiB;

export const CHECKS: readonly Check[] = [
  {
    name: 'nbdinfo tells what there is',
    programs: ['nbdinfo'],
    async run() {
      await using disk = await bed(SIZE);
      same((await run('nbdinfo', '--size', disk.uri)).trim(), String(SIZE), 'size');
      for (const can of ['fua', 'flush', 'trim', 'zero', 'fast-zero', 'multi-conn', 'df', 'cache']) {
        await run('nbdinfo', '--can', can, disk.uri);
      }
      const { exports } = JSON.parse(await run('nbdinfo', '--json', '--list', disk.uri));
      same(exports.length, 1, 'exports');
      same(exports[0]['export-name'], 'disk', 'name');
      same(
        (await run('nbdinfo', '--map', disk.uri)).trim().split(/\s+/),
        ['0', String(SIZE), '3', 'hole,zero'],
        'map',
      );
    },
  },
  {
    name: 'qemu-img copies a sparse image in, and only its segments with data are allocated; nbdcopy copies it out',
    programs: ['qemu-img', 'nbdcopy', 'cmp'],
    run: () => sparse('qemu-img', uri => ['convert', '-n', '-f', 'raw', '-O', 'raw', 'IMAGE', uri]),
  },
  {
    name: 'nbdcopy copies a sparse image in, and only its segments with data are allocated',
    programs: ['qemu-img', 'nbdcopy', 'cmp'],
    run: () => sparse('nbdcopy', uri => ['IMAGE', uri]),
  },
  {
    name: 'an all-zero image allocates nothing',
    programs: ['qemu-img'],
    async run() {
      await using disk = await bed(SIZE);
      const image = join(disk.folder, 'zeros');
      await writeFile(image, '');
      await truncate(image, SIZE);
      await run('qemu-img', 'convert', '-n', '-S', '0', '-f', 'raw', '-O', 'raw', image, disk.uri);
      same((await disk.curve.usage('/disk')).allocated, 0, 'allocated');
    },
  },
  {
    name: 'qemu-io patterns at odd offsets are read back',
    programs: ['qemu-io'],
    async run() {
      await using disk = await bed(SIZE);
      const commands: string[] = [];
      for (const [offset, length, pattern] of ODD) {
        commands.push('-c', `write -P ${pattern} ${offset} ${length}`);
        commands.push('-c', `read -P ${pattern} ${offset} ${length}`);
      }
      commands.push('-c', 'write -z 12345 54321', '-c', 'read -P 0 12345 54321');
      commands.push('-c', 'discard 0 64M', '-c', 'flush');
      const said = await run('qemu-io', '-f', 'raw', ...commands, disk.uri);
      if (/failed|error/i.test(said)) throw new Error(said);
    },
  },
  {
    name: 'qemu-img info, map and bench work',
    programs: ['qemu-img'],
    async run() {
      await using disk = await bed(SIZE);
      same(
        JSON.parse(await run('qemu-img', 'info', '--output=json', disk.uri))['virtual-size'],
        SIZE,
        'size',
      );
      await run('qemu-img', 'bench', '-f', 'raw', '-c', '2000', '-d', '64', '-w', disk.uri);
      await run('qemu-img', 'bench', '-f', 'raw', '-c', '2000', '-d', '64', disk.uri);
      const map = JSON.parse(await run('qemu-img', 'map', '-f', 'raw', '--output=json', disk.uri));
      same(map.length > 1 && map[0].data, true, 'map');
    },
  },
  {
    name: 'fio verifies mixed reads and writes at depth 64 while servers stop and start',
    programs: ['fio'],
    async run() {
      await using disk = await bed(SIZE);
      let over = false;
      const happened = unrest(disk.cluster, () => over);
      try {
        await run(
          'fio',
          ...['--name=verify', '--ioengine=nbd', `--uri=${disk.uri}`, '--rw=randrw', '--bs=4k'],
          ...['--iodepth=64', '--size=256m', '--io_size=128m', '--verify=crc32c', '--verify_fatal=1'],
          ...['--randrepeat=0', '--verify_backlog=1024'],
        );
      } finally {
        over = true;
      }
      return `${await happened} servers restarted meanwhile`;
    },
  },
  {
    name: 'a file system on nbdfuse and a loop device is whole after everything was restarted',
    programs: ['nbdfuse', 'losetup', 'mkfs.ext4', 'mount', 'umount', 'e2fsck', 'fusermount3'],
    run: () => import('./file-system.js').then(({ fileSystem }) => fileSystem()),
  },
  {
    name: 'stock clients speak TLS with keys shared before',
    programs: ['nbdinfo', 'qemu-img'],
    run: () => import('./encrypted.js').then(({ encrypted }) => encrypted()),
  },
  {
    name: 'a server that is killed over and over loses nothing that was acknowledged',
    programs: [],
    run: () => import('./killed.js').then(({ killed }) => killed(Number(process.env['KILLS'] ?? 20))),
  },
];

const ODD = [
  [0, 512, 1],
  [511, 513, 2],
  [4095, 2, 3],
  [GiB - 1000, 2000, 4],
  [3 * GiB + 77, 1_234_567, 5],
  [SIZE - 513, 513, 6],
] as const;

/** Copies 200 MiB in four places of a large image in, and compares. */
async function sparse(program: string, argv: (uri: string) => string[]): Promise<void> {
  await using disk = await bed(SIZE);
  const image = join(disk.folder, 'image');
  const copy = join(disk.folder, 'copy');
  const file = await open(image, 'w');
  await file.truncate(SIZE);
  for (const [index, segment] of [0, 3, 4, 9].entries()) {
    const data = randomFillSync(Buffer.alloc(50 * MiB));
    await file.write(data, 0, data.length, segment * GiB + index * 4096 + 4096);
  }
  await file.close();
  await run(program, ...argv(disk.uri).map(one => (one === 'IMAGE' ? image : one)));
  same((await disk.curve.usage('/disk')).allocated, 4 * GiB, 'allocated');
  await run('nbdcopy', disk.uri, copy);
  await run('cmp', image, copy);
  const { blocks } = await stat(copy);
  same(blocks * 512 < 300 * MiB, true, 'the copy is sparse');
}

/** Stops and starts each server in turn; says how many. */
async function unrest(
  cluster: Awaited<ReturnType<typeof bed>>['cluster'],
  stopped: () => boolean,
): Promise<number> {
  let happened = 0;
  for (let turn = 0; !stopped(); turn++) {
    const id = (turn % 3) + 1;
    await cluster.stopChunkserver(id);
    await pause(200);
    await cluster.startChunkserver(id);
    await cluster.stopMds(turn % 2);
    await pause(200);
    await cluster.startMds(turn % 2);
    happened += 2;
  }
  return happened;
}
