import { createHmac } from 'node:crypto';
import type { WcsEmulator } from '@curve-wcs/wcs-emulator';

/** Uploads an object as any program would. */
export async function upload(
  emulator: WcsEmulator,
  bucket: string,
  key: string,
  data: string,
): Promise<void> {
  const form = new FormData();
  form.set('token', token(emulator, `${bucket}:${key}`));
  form.set('file', new Blob([data]), 'file');
  await expectOk(await fetch(`${emulator.url}/file/upload`, { method: 'POST', body: form }));
}

/** Sends the first chunk of a block, and leaves it at that. */
export async function makeBlock(
  emulator: WcsEmulator,
  bucket: string,
  { size, index, batch, chunk }: { size: number; index: number; batch: string; chunk: Buffer },
): Promise<void> {
  const headers = { Authorization: token(emulator, bucket), UploadBatch: batch };
  const target = `${emulator.url}/mkblk/${size}/${index}`;
  await expectOk(await fetch(target, { method: 'POST', headers, body: new Uint8Array(chunk) }));
}

/** Asks for copies of objects under a prefix. */
export async function copyInBackground(
  emulator: WcsEmulator,
  bucket: string,
  keys: readonly string[],
  prefix: string,
): Promise<void> {
  const items = keys.map(
    key => `resource/${b64u(`${bucket}:${key}`)}/bucket/${b64u(bucket)}/prefix/${b64u(prefix)}`,
  );
  const body = `fops=${items.join(';')}`;
  const signature = b64u(createHmac('sha1', emulator.secretKey).update(`/fmgr/copy\n${body}`).digest('hex'));
  const headers = { Authorization: `${emulator.accessKey}:${signature}` };
  await expectOk(await fetch(`${emulator.url}/fmgr/copy`, { method: 'POST', headers, body }));
}

async function expectOk(response: Response): Promise<void> {
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
}

function token({ accessKey, secretKey }: WcsEmulator, scope: string): string {
  const policy = b64u(JSON.stringify({ scope, deadline: Date.now() + 3600_000 }));
  return `${accessKey}:${b64u(createHmac('sha1', secretKey).update(policy).digest('hex'))}:${policy}`;
}

function b64u(text: string): string {
  return Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}
