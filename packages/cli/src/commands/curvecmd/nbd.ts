import { curveCommand } from '../../curvecmd/curve-command.js';
import { NBD_OPTIONS } from '../../curvecmd/nbd/nbd-options.js';

export const nbd = curveCommand({
  name: 'nbd',
  usage: 'VOLUME...',
  minimum: 1,
  maximum: Number.POSITIVE_INFINITY,
  summary: 'serve volumes as disks to NBD clients',
  details: `Until Ctrl-C, SIGTERM, or the end of the command of --run. Each volume is an export named like its path,
without the first slash. qemu, qemu-img, nbdcopy, nbdfuse, nbd-client and others attach to the addresses that
are printed. Without --listen, --socket, --run or socket activation it listens on port 10809 of this machine
alone.

A write is answered when all replicas have it. Ending finishes what is under way, and closes the volumes.
SIGUSR1 prints what the clients did so far. A volume that another client has open is not served for writing
unless it is --shared; what shares a disk must know how to, as cluster file systems do.

  qemu-system-x86_64 -drive file=nbd+unix:///vol1?socket=/run/vol1.sock,format=raw,if=virtio
  qemu-img convert -n disk.qcow2 nbd://127.0.0.1/vol1
  nbdcopy nbd://127.0.0.1/vol1 disk.img
  nbdfuse disk/ nbd://127.0.0.1/vol1 & mount -o loop disk/nbd /mnt
  nbd-client -N vol1 127.0.0.1 /dev/nbd0
`,
  options: NBD_OPTIONS,
  examples: [
    'nbd /vol1 --socket /run/vol1.sock',
    'nbd /vol1 /vol2 --read-only',
    'nbd /vol1 --listen 0.0.0.0:10809 --tls-certificates /etc/pki/qemu --tls-verify-peer',
    `nbd /vol1 --run 'qemu-img info "$NBD_URI"'`,
  ],
  async run(context) {
    const { serveVolumes } = await import('../../curvecmd/nbd/serve-volumes.js');
    await serveVolumes(context);
  },
});
