import { readFile } from 'node:fs/promises';
import type { CurveConfig } from '@curve-wcs/curve-sdk';

/**
 * A client.conf whose client says to the cluster who it is. One that does not is its machine, together with all others
 * there (curve-protocol.md §4.5), and nobody could tell by a mount record whose it is.
 */
export async function registeredConf(path: string): Promise<CurveConfig> {
  const keys: Record<string, string> = {};
  for (const line of (await readFile(path, 'utf8')).split('\n')) {
    const [, key, value] = line.match(/^\s*([^#=\s][^=]*?)\s*=\s*([^#]*?)\s*(?:#.*)?$/) ?? [];
    if (key !== undefined && value !== undefined) keys[key] = value;
  }
  // What does not say no to it, or cannot be read, is for the client to judge.
  return /^(false|no|0)$/i.test(keys['mds.registerToMDS'] ?? '')
    ? { ...keys, 'mds.registerToMDS': true }
    : path;
}
