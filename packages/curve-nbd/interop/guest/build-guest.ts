import { chmod, copyFile, cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { run } from '../bed.js';

/** What the guest needs beyond the kernel's own, in the order of their dependencies. */
const MODULES = [
  ...['virtio_ring', 'virtio', 'virtio_pci_modern_dev', 'virtio_pci_legacy_dev', 'virtio_pci', 'virtio_blk'],
  ...['failover', 'net_failover', 'virtio_net', 'nbd'],
];
const PROGRAMS = ['mkfs.ext4', 'e2fsck', 'nbd-client'];

/** Makes a kernel and an initramfs out of Debian's packages: a downloaded one, and programs that are installed. */
export async function buildGuest(folder: string): Promise<{ kernel: string; initramfs: string }> {
  const unpacked = join(folder, 'kernel');
  const [, name = ''] =
    (await run('apt-cache', 'depends', 'linux-image-cloud-amd64')).match(/Depends: (\S+)/) ?? [];
  await run(
    'sh',
    '-c',
    `cd "$1" && apt-get download -qq "$2" 2> /dev/null && dpkg-deb -x "$2"_*.deb kernel`,
    'sh',
    folder,
    name,
  );
  const version = name.replace('linux-image-', '');
  const root = join(folder, 'initramfs');
  for (const directory of ['bin', 'dev', 'proc', 'sys', 'mnt', 'tmp', 'etc']) {
    await mkdir(join(root, directory), { recursive: true });
  }
  await copyFile(await which('busybox'), join(root, 'bin/busybox'));
  for (const program of PROGRAMS) await copyWithLibraries(await which(program), root);
  await copyModules(join(unpacked, 'lib/modules', version), root);
  await cp(new URL('init.sh', import.meta.url), join(root, 'init'));
  await chmod(join(root, 'init'), 0o755);
  const initramfs = join(folder, 'initramfs.cpio');
  await run('sh', '-c', 'cd "$1" && find . | cpio --quiet -o -H newc > "$2"', 'sh', root, initramfs);
  return { kernel: join(unpacked, 'boot', `vmlinuz-${version}`), initramfs };
}

async function copyWithLibraries(program: string, root: string): Promise<void> {
  await copyFile(program, join(root, 'bin', basename(program)));
  for (const [library] of (await run('ldd', program)).matchAll(/\/\S+/g)) {
    await mkdir(join(root, dirname(library)), { recursive: true });
    await copyFile(library, join(root, library));
  }
}

async function copyModules(source: string, root: string): Promise<void> {
  const files = await readdir(source, { recursive: true });
  const found = MODULES.map(name => files.find(file => basename(file) === `${name}.ko`)).filter(
    file => file !== undefined,
  );
  for (const file of found) await copyFile(join(source, file), join(root, basename(file)));
  await writeFile(join(root, 'etc/modules'), found.map(file => `/${basename(file)}\n`).join(''));
}

async function which(program: string): Promise<string> {
  return (await run('sh', '-c', 'command -v "$1"', 'sh', program)).trim();
}
