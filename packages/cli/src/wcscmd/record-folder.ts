import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';

/**
 * The folder of upload records. The official tool's default is one folder for all users of a machine: whoever
 * comes first owns it, and the others keep their records where the SDK does by default.
 *
 * @returns undefined for the SDK's default
 */
export async function recordFolderOf(
  setting: string,
  cwd: string,
  sharedFolder = '/tmp/multipart/',
): Promise<string | undefined> {
  const folder = resolve(cwd, setting);
  if (setting !== sharedFolder) return folder;
  const owner = (await stat(folder).catch(() => undefined))?.uid;
  return owner === undefined || owner === process.getuid?.() ? folder : undefined;
}
