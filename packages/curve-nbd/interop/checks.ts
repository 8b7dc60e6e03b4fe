import { bed, GiB, run, same } from './bed.js';
import { encryptedByCertificates, encryptedByKeys } from './encrypted.js';
import { fileSystem } from './file-system.js';
import { sparseImage, zeroImage } from './images.js';
import { killed } from './killed.js';
import { oddSequences } from './odd-sequences.js';
import { reconnected } from './reconnected.js';
import { SCALE } from './scale.js';
import { verifiedUnderUnrest } from './unrest.js';

/** Something that stock programs do with an export. */
export interface Check {
  readonly name: string;
  /** The programs and devices that it takes. */
  readonly needs: readonly string[];
  /** Fails, or may say more. */
  run(): Promise<unknown>;
}

const SIZE = 10 * GiB;

export const CHECKS: readonly Check[] = [
  {
    name: 'nbdinfo tells what there is',
    needs: ['nbdinfo'],
    async run() {
      await using disk = await bed(SIZE);
      same((await run('nbdinfo', '--size', disk.uri)).trim(), String(SIZE), 'size');
      for (const can of ['fua', 'flush', 'trim', 'zero', 'fast-zero', 'multi-conn', 'df', 'cache', 'write']) {
        await run('nbdinfo', '--can', can, disk.uri);
      }
      same(await isNot('read-only', disk.uri), true, 'it can be written to');
      same(await isNot('rotational', disk.uri), true, 'it does not rotate');
      await run('nbdinfo', '--can', 'connect', disk.uri);
      const { exports } = JSON.parse(await run('nbdinfo', '--json', '--list', disk.uri));
      same(exports.length, 1, 'exports');
      same(exports[0]['export-name'], 'disk', 'name');
      same(exports[0].description, 'Curve volume /disk of alice', 'description');
      same(exports[0].contexts, ['base:allocation'], 'contexts');
      const sizes = ['minimum', 'preferred', 'maximum'].map(kind => exports[0][`block_size_${kind}`]);
      same(sizes, [1, 4096, 32 * 2 ** 20], 'block sizes');
      const map = async () => (await run('nbdinfo', '--map', disk.uri)).trim().split(/\s+/);
      same(await map(), ['0', String(SIZE), '3', 'hole,zero'], 'map');
      const volume = await disk.curve.open('/disk');
      await volume.write(Buffer.alloc(4096, 1), { offset: GiB });
      await volume.close();
      const expected = [
        ...['0', String(GiB), '3', 'hole,zero'],
        ...[String(GiB), String(SCALE.segment), '0', 'data'],
        ...[String(GiB + SCALE.segment), String(9 * GiB - SCALE.segment), '3', 'hole,zero'],
      ];
      same(await map(), expected, 'map, after another client has allocated');
      const [totals] = JSON.parse(await run('nbdinfo', '--map', '--totals', '--json', disk.uri));
      same([totals.size, totals.type], [SCALE.segment, 0], 'totals');
    },
  },
  {
    name: 'qemu-img copies a sparse image in, and only its segments with data are allocated; nbdcopy copies it out',
    needs: ['qemu-img', 'nbdcopy'],
    run: () => sparseImage('qemu-img', uri => ['convert', '-n', '-f', 'raw', '-O', 'raw', 'IMAGE', uri]),
  },
  {
    name: 'nbdcopy copies a sparse image in, and only its segments with data are allocated; qemu-img copies it out',
    needs: ['qemu-img', 'nbdcopy'],
    run: () => sparseImage('nbdcopy', uri => ['IMAGE', uri]),
  },
  {
    name: 'an all-zero image, of holes or of zeros, allocates nothing with qemu-img',
    needs: ['qemu-img'],
    run: zeroImage,
  },
  {
    name: 'qemu-io patterns at odd offsets are read back',
    needs: ['qemu-io'],
    async run() {
      await using disk = await bed(SIZE);
      const commands: string[] = [];
      for (const [offset, length, pattern] of ODD) {
        commands.push('-c', `write -P ${pattern} ${offset} ${length}`);
        commands.push('-c', `read -P ${pattern} ${offset} ${length}`);
      }
      commands.push('-c', 'write -z 12345 54321', '-c', 'read -P 0 12345 54321');
      commands.push('-c', 'write -z -u 1M 70000', '-c', 'write -f -P 9 100000 3', '-c', 'read -P 9 100000 3');
      commands.push('-c', 'aio_write -P 7 5000 3000', '-c', 'aio_write -P 8 8000 3000', '-c', 'aio_flush');
      commands.push('-c', 'read -P 7 5000 3000', '-c', 'read -P 8 8000 3000');
      commands.push('-c', 'discard 0 64M', '-c', 'flush');
      const said = await run('qemu-io', '-f', 'raw', ...commands, disk.uri);
      if (/failed|error/i.test(said)) throw new Error(said);
    },
  },
  {
    name: 'qemu-img info, map and bench work',
    needs: ['qemu-img'],
    async run() {
      await using disk = await bed(SIZE);
      const info = JSON.parse(await run('qemu-img', 'info', '--output=json', disk.uri));
      same(info['virtual-size'], SIZE, 'size');
      await run('qemu-img', 'bench', '-f', 'raw', '-c', '2000', '-d', '64', '-w', disk.uri);
      await run('qemu-img', 'bench', '-f', 'raw', '-c', '2000', '-d', '64', disk.uri);
      const map = JSON.parse(await run('qemu-img', 'map', '-f', 'raw', '--output=json', disk.uri));
      const told = map.map(({ start, length, data, zero }: Record<string, unknown>) => [
        start,
        length,
        data,
        zero,
      ]);
      same(
        told,
        [
          [0, SCALE.segment, true, false],
          [SCALE.segment, SIZE - SCALE.segment, false, true],
        ],
        'map',
      );
    },
  },
  {
    name: 'libnbd asks in odd orders for odd things, and is answered as the protocol says',
    needs: ['nbdsh', 'python3'],
    run: oddSequences,
  },
  {
    name: 'fio verifies mixed reads and writes at depth 64 while chunkservers and the leading MDS stop and start',
    needs: ['fio'],
    run: () => verifiedUnderUnrest(SCALE.fioMegabytes),
  },
  {
    name: 'a file system on nbdfuse and a loop device is whole after everything was restarted',
    needs: [
      'nbdfuse',
      'losetup',
      'mkfs.ext4',
      'mount',
      'umount',
      'e2fsck',
      'fusermount3',
      '/dev/fuse',
      '/dev/loop0',
    ],
    run: fileSystem,
  },
  {
    name: 'stock clients speak TLS with keys shared before',
    needs: ['nbdinfo', 'qemu-img', 'nbdcopy'],
    run: encryptedByKeys,
  },
  {
    name: 'stock clients speak TLS with certificates, and show their own',
    needs: ['nbdinfo', 'qemu-img', 'nbdcopy', 'certtool'],
    run: encryptedByCertificates,
  },
  {
    name: 'qemu goes on when the server is killed and started again',
    needs: ['qemu-img', 'qemu-io'],
    run: () => reconnected(SCALE.reconnects),
  },
  {
    name: 'a server that is killed over and over loses nothing that was acknowledged',
    needs: [],
    run: () => killed(SCALE.kills),
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

/** What `nbdinfo --is` says by its exit status: 2 is no. */
async function isNot(what: string, uri: string): Promise<boolean> {
  return run('nbdinfo', '--is', what, uri).then(
    () => false,
    error => error.code === 2,
  );
}
