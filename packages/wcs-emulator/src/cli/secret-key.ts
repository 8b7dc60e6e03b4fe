import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WcsEmulatorError } from '../errors.js';

/** A secret key that nobody knows. */
export function makeSecretKey(): string {
  return randomBytes(24).toString('base64url');
}

/**
 * The secret key that belongs to a data folder. It is made at the first start, and only its owner can read it.
 *
 * @throws WcsEmulatorError `DATA_DIR_UNUSABLE`
 */
export async function ensureSecretKey(dataDir: string): Promise<string> {
  const file = join(dataDir, 'secret-key');
  try {
    await mkdir(dataDir, { recursive: true });
    await writeFile(file, `${makeSecretKey()}\n`, { mode: 0o600, flag: 'wx' }).catch(error => {
      if (error.code !== 'EEXIST') throw error;
    });
    const key = await readFile(file, 'utf8');
    if (key !== '') return key.trim();
    // The process ended, or the disk was full, before the file had its content.
    const made = makeSecretKey();
    await writeFile(file, `${made}\n`);
    return made;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new WcsEmulatorError('DATA_DIR_UNUSABLE', `cannot keep data in ${dataDir}: ${reason}`, {
      cause: error,
    });
  }
}
