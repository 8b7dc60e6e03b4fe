import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportVolume, serveNbd } from '@curve-wcs/curve-nbd';
import { bed, GiB, run, same } from './bed.js';

/** Lets stock clients in with a key, and nobody without. */
export async function encrypted(): Promise<void> {
  await using disk = await bed(10 * GiB);
  await disk.stopServer();
  const psk = join(disk.folder, 'keys.psk');
  await writeFile(psk, 'alice:00112233445566778899aabbccddeeff\n', { mode: 0o600 });
  const served = await exportVolume(disk.curve, '/disk', { wait: 60_000 });
  await using server = await serveNbd({ exports: [served], listen: { port: 0 }, tls: { psk } });
  const [host, port] = (server.addresses[0] ?? '').split(':');
  const uri = `nbds://alice@${host}:${port}/disk?tls-psk-file=${psk}`;
  same((await run('nbdinfo', '--size', uri)).trim(), String(10 * GiB), 'size');
  const image = `driver=nbd,host=${host},port=${port},export=disk,tls-creds=tls`;
  const secret = `tls-creds-psk,id=tls,endpoint=client,dir=${disk.folder},username=alice`;
  await run('qemu-img', 'info', '--object', secret, '--image-opts', image);
  const refused = await run('nbdinfo', `nbd://${host}:${port}/disk`).then(
    () => false,
    () => true,
  );
  same(refused, true, 'a client without TLS is refused');
}
