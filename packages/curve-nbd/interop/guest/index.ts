// A stock qemu boots a Debian kernel with one volume as its virtio disk: it makes a file system, writes, boots again and
// reads. In the guest the kernel's own client attaches another volume, whose server is killed and started again while
// the guest writes; all that was acknowledged must be there. Without KVM it takes a few minutes; so CI leaves it out.
//
//   apt-get install qemu-system-x86 busybox-static e2fsprogs nbd-client cpio
//   pnpm --filter @curve-wcs/curve-nbd interop:guest
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { bed, GiB, missing, PATH, startExporter } from '../bed.js';
import { buildGuest } from './build-guest.js';

const NEEDS = ['qemu-system-x86_64', 'busybox', 'mkfs.ext4', 'nbd-client', 'cpio', 'apt-get', 'dpkg-deb'];
/** Each takes the guest some seconds. */
const MOST_KILLS = 8;
const lacking = missing(NEEDS);
if (lacking.length > 0) throw new Error(`${lacking.join(', ')} is not there`);

await using disk = await bed(10 * GiB);
await disk.curve.createVolume('/second', { size: 10 * GiB });
let second = await startExporter(disk.cluster, '/second', disk.folder, '0');
const { port } = new URL(second.uri);
const { kernel, initramfs } = await buildGuest(disk.folder);
const qemu = spawn(
  'qemu-system-x86_64',
  [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-serial', 'stdio', '-m', '512'],
    ...['-kernel', kernel, '-initrd', initramfs, '-append', `console=ttyS0 quiet nbdport=${port}`],
    ...['-drive', `file=${disk.uri},format=raw,if=virtio`],
    ...['-netdev', 'user,id=net', '-device', 'virtio-net-pci,netdev=net,romfile='],
  ],
  { env: { ...process.env, PATH }, stdio: ['ignore', 'pipe', 'inherit'] },
);
const ended = once(qemu, 'exit');
const told: string[] = [];
let kills = 0;
let killing: Promise<void> | undefined;
try {
  for await (const line of createInterface(qemu.stdout)) {
    console.log(line);
    const [, word] = line.match(/^guest: (.*?)\r?$/) ?? [];
    if (word === undefined) continue;
    told.push(word);
    if (word === 'writes') {
      killing = killAndStart();
      killing.catch(() => qemu.kill());
    }
  }
  await ended;
  await killing;
} finally {
  qemu.kill();
  await second.stop('SIGTERM');
}
const isDone = ['made', 'sound', 'same', 'writes', 'verified'].every(word => told.includes(word));
if (!isDone || kills < 3) throw new Error(`the guest told: ${told.join(', ')}; ${kills} kills`);
console.log(`ok a guest used a volume as its disk, and another through ${kills} kills of its server`);

async function killAndStart(): Promise<void> {
  while (!told.includes('written') && qemu.exitCode === null && kills < MOST_KILLS) {
    await pause(1000 + 2000 * Math.random());
    await second.stop('SIGKILL');
    await pause(500);
    second = await startExporter(disk.cluster, '/second', disk.folder, port);
    kills++;
  }
}
