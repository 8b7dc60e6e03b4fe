import { setTimeout as pause } from 'node:timers/promises';
import type { CallOptions, CurveClient, MountPoint, Volume } from '@curve-wcs/curve-sdk';
import { NbdError } from '../nbd-error.js';
import type { AttachmentRecord } from './attachment-record.js';

/** Volumes that this process exports for writing. */
const claimed = new Set<string>();

/** Milliseconds until a mount record of our own must be there: the first refresh goes out right after open. */
const REGISTERED = 3000;
const INTERVAL = 50;

/** How a volume is claimed. */
export interface ClaimOptions extends CallOptions {
  /** Milliseconds to wait for others to close it. */
  readonly wait: number;
  readonly record: AttachmentRecord | undefined;
}

/**
 * Opens a volume for writing unless somebody else has it open. The cluster keeps no locks, but tells who has a volume
 * open (FindFileMountPoint, curve-protocol.md §4.5): asked before, so that nobody is disturbed, and again once we are in
 * that list ourselves, so that of two who come at once at least one sees the other.
 *
 * @returns the volume, and what gives it back
 * @throws NbdError `IN_USE`
 */
export async function claimVolume(
  curve: CurveClient,
  path: string,
  key: string,
  options: ClaimOptions,
): Promise<{ volume: Volume; release: () => Promise<void> }> {
  if (claimed.has(key)) throw new NbdError('IN_USE', `${path} is exported for writing already`);
  claimed.add(key);
  try {
    const stale = await options.record?.stale();
    await vacancy(curve, path, stale, options);
    const volume = await curve.open(path, options);
    try {
      const own = await ownMount(curve, path, stale, options);
      if (own !== undefined) await options.record?.write(own);
      return { volume, release: () => released(volume, key, options.record) };
    } catch (error) {
      await volume.close(options).catch(() => {});
      throw error;
    }
  } catch (error) {
    claimed.delete(key);
    throw error;
  }
}

async function released(volume: Volume, key: string, record: AttachmentRecord | undefined): Promise<void> {
  try {
    await volume.close();
    await record?.remove();
  } finally {
    claimed.delete(key);
  }
}

/** Waits until nobody else has it open. */
async function vacancy(
  curve: CurveClient,
  path: string,
  stale: MountPoint | undefined,
  options: ClaimOptions,
): Promise<void> {
  const end = performance.now() + options.wait;
  for (;;) {
    const others = (await curve.mounts(path, options)).filter(mount => !isSame(mount, stale));
    if (others.length === 0) return;
    if (performance.now() >= end) throw inUse(path, others);
    await pause(Math.min(1000, options.wait), undefined, { signal: options.signal });
  }
}

/** Our own place in the list of those who have it open; undefined if the cluster keeps none. */
async function ownMount(
  curve: CurveClient,
  path: string,
  stale: MountPoint | undefined,
  options: ClaimOptions,
): Promise<MountPoint | undefined> {
  for (const end = performance.now() + REGISTERED; performance.now() < end; ) {
    const all = await curve.mounts(path, options);
    const mounts = all.filter(mount => !isSame(mount, stale));
    if (mounts.length > 1) throw inUse(path, mounts);
    if (mounts.length === 1) return mounts[0];
    await pause(INTERVAL, undefined, { signal: options.signal });
  }
  return undefined;
}

function isSame(one: MountPoint, other: MountPoint | undefined): boolean {
  return one.ip === other?.ip && one.port === other.port;
}

function inUse(path: string, mounts: readonly MountPoint[]): NbdError {
  const where = mounts.map(({ ip, port }) => `${ip}:${port}`).join(', ');
  return new NbdError(
    'IN_USE',
    `${path} is open elsewhere (${where}); the cluster forgets a client that died after 50 seconds`,
  );
}
