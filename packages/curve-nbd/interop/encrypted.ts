import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportVolume, type NbdTlsOptions, serveNbd } from '@curve-wcs/curve-nbd';
import { type Bed, bed, GiB, MiB, refused, run, same } from './bed.js';

/** Lets stock clients in with a key, and nobody without. */
export async function encryptedByKeys(): Promise<void> {
  await using disk = await bed(10 * GiB);
  const psk = join(disk.folder, 'keys.psk');
  await writeFile(psk, 'alice:00112233445566778899aabbccddeeff\n', { mode: 0o600 });
  await using server = await serveEncrypted(disk, { psk });
  const uri = `nbds://alice@${server.address}/disk?tls-psk-file=${psk}`;
  await letIn(
    disk,
    server.address,
    uri,
    `tls-creds-psk,id=tls,endpoint=client,dir=${disk.folder},username=alice`,
  );
  const wrong = join(disk.folder, 'wrong.psk');
  await writeFile(wrong, 'alice:ff112233445566778899aabbccddeeff\n', { mode: 0o600 });
  await refused('nbdinfo', `nbds://alice@${server.address}/disk?tls-psk-file=${wrong}`);
  await refused('nbdinfo', `nbd://${server.address}/disk`);
}

/** Lets stock clients in with a certificate of the same authority, and nobody without. */
export async function encryptedByCertificates(): Promise<void> {
  await using disk = await bed(10 * GiB);
  const [pki, other] = [join(disk.folder, 'pki'), join(disk.folder, 'other')];
  for (const folder of [pki, other]) await certify(folder);
  await using server = await serveEncrypted(disk, { certificates: pki, verifyPeer: true });
  const uri = `nbds://${server.address}/disk?tls-certificates=${pki}`;
  await letIn(disk, server.address, uri, `tls-creds-x509,id=tls,endpoint=client,dir=${pki}`);
  await refused('nbdinfo', `nbds://${server.address}/disk?tls-certificates=${other}`);
  await refused('nbdinfo', `nbd://${server.address}/disk`);
}

/** libnbd reads and writes, and qemu. */
async function letIn(disk: Bed, address: string, uri: string, credentials: string): Promise<void> {
  same((await run('nbdinfo', '--size', uri)).trim(), String(10 * GiB), 'size');
  const image = join(disk.folder, 'image');
  await writeFile(image, Buffer.alloc(3 * MiB, 'encrypted '));
  await run('nbdcopy', '--', image, uri);
  const [host, port] = address.split(':');
  const served = `driver=nbd,host=${host},port=${port},export=disk,tls-creds=tls`;
  const raw = `driver=raw,size=${3 * MiB},file.${served.replaceAll(',', ',file.')}`;
  await run(
    ...(['qemu-img', 'compare', '--object', credentials, '--image-opts', raw] as const),
    `driver=raw,file.driver=file,file.filename=${image}`,
  );
}

async function serveEncrypted(disk: Bed, tls: NbdTlsOptions) {
  await disk.stopServer();
  const served = await exportVolume(disk.curve, '/disk', { wait: 60_000 });
  const server = await serveNbd({ exports: [served], listen: { port: 0 }, tls });
  return { address: server.addresses[0] ?? '', [Symbol.asyncDispose]: () => server.close() };
}

/** An authority, and a server and a client that it vouches for, under the names that qemu and libnbd look for. */
async function certify(folder: string): Promise<void> {
  await mkdir(folder);
  const at = (name: string) => join(folder, name);
  const make = async (name: string, template: string, ...argv: string[]) => {
    await run('certtool', '--generate-privkey', '--key-type=ecdsa', `--outfile=${at(`${name}-key.pem`)}`);
    await writeFile(at(`${name}.info`), template);
    const files = [`--load-privkey=${at(`${name}-key.pem`)}`, `--template=${at(`${name}.info`)}`];
    await run('certtool', ...argv, ...files, `--outfile=${at(`${name}-cert.pem`)}`);
  };
  await make('ca', 'cn = authority\nca\ncert_signing_key\n', '--generate-self-signed');
  const authority = [`--load-ca-certificate=${at('ca-cert.pem')}`, `--load-ca-privkey=${at('ca-key.pem')}`];
  const server =
    'cn = localhost\ndns_name = localhost\nip_address = 127.0.0.1\ntls_www_server\nsigning_key\n';
  await make('server', server, '--generate-certificate', ...authority);
  await make('client', 'cn = client\ntls_www_client\nsigning_key\n', '--generate-certificate', ...authority);
}
