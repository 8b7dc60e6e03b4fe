import { readFile } from 'node:fs/promises';
import { bed, GiB, run } from './bed.js';

/** Lets libnbd's shell do what no ordinary client does. */
export async function oddSequences(): Promise<string> {
  await using disk = await bed(10 * GiB);
  const script = await readFile(new URL('odd_sequences.py', import.meta.url), 'utf8');
  return (await run('nbdsh', '-c', `URI = '${disk.uri}'`, '-c', script)).trim();
}
