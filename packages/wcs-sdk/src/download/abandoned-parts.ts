import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { requireText } from '../check-arguments.js';
import { isAbandoned } from './part-owner.js';

const OWNED = /^\.(.+)\.([0-9a-f]{8}-\d+-\d*-[0-9a-f]{12})\.wcs-part$/s;

function isPartFile(name: string): boolean {
  return /^\.[^/]+\.wcs-part$/.test(name);
}

/**
 * Whether a file is what a download has left, and nothing writes to any more: `.NAME.wcs-part`, which the next download
 * to NAME can go on with, or what a killed process has left.
 *
 * @param path - path of the file
 */
export async function isAbandonedPart(path: string): Promise<boolean> {
  requireText('path', path);
  const name = basename(path);
  const [, , owner] = OWNED.exec(name) ?? [];
  if (owner === undefined) return isPartFile(name);
  const stats = await stat(path).catch(() => undefined);
  return stats !== undefined && isAbandoned(owner, stats.mtimeMs);
}

/** The folder that was looked through last. What killed processes have left does not become more while we look. */
let last: { folder: string; at: number; parts: Promise<Map<string, string[]>> } | undefined;

/** Milliseconds for which a look is good enough: folders may be large, and downloads many. */
const FRESH = 10_000;

/**
 * Paths of what killed processes have left of downloads to one target.
 *
 * @param name - name of the target, as part files have it
 */
export async function abandonedParts(folder: string, name: string): Promise<string[]> {
  if (last?.folder !== folder || performance.now() - last.at > FRESH) {
    last = { folder, at: performance.now(), parts: partsIn(folder) };
  }
  const parts = (await last.parts).get(name) ?? [];
  const abandoned: string[] = [];
  for (const path of parts) if (await isAbandonedPart(path)) abandoned.push(path);
  return abandoned;
}

/** Part files that belong to some process, by the names of their targets. */
async function partsIn(folder: string): Promise<Map<string, string[]>> {
  const parts = new Map<string, string[]>();
  for (const file of await readdir(folder).catch(() => [])) {
    const [, name = '', owner] = OWNED.exec(file) ?? [];
    if (owner !== undefined) parts.set(name, [...(parts.get(name) ?? []), join(folder, file)]);
  }
  return parts;
}
