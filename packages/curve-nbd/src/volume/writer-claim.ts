import { performance } from 'node:perf_hooks';
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
    const stale = (await options.record?.stale()) ?? [];
    await vacancy(curve, path, stale, options);
    const volume = await curve.open(path, options);
    try {
      const mounts = await ownMounts(curve, path, stale, options);
      // Without a port it stands for all clients of a machine, and tells of none whether it is no more.
      await options.record?.write(mounts.filter(({ port }) => port !== 0));
      const left = mounts.filter(mount => isAmong(stale, mount));
      return { volume, release: () => released(volume, key, left, options.record) };
    } catch (error) {
      await volume.close(options).catch(() => {});
      throw error;
    }
  } catch (error) {
    claimed.delete(key);
    throw error;
  }
}

async function released(
  volume: Volume,
  key: string,
  stale: readonly MountPoint[],
  record: AttachmentRecord | undefined,
): Promise<void> {
  try {
    await volume.close();
    await record?.write(stale);
  } finally {
    claimed.delete(key);
  }
}

/** Waits until nobody else has it open. */
async function vacancy(
  curve: CurveClient,
  path: string,
  stale: readonly MountPoint[],
  options: ClaimOptions,
): Promise<void> {
  const end = performance.now() + options.wait;
  for (;;) {
    const others = (await curve.mounts(path, options)).filter(mount => !isAmong(stale, mount));
    if (others.length === 0) return;
    if (performance.now() >= end) throw inUse(path, others);
    await pause(Math.min(1000, options.wait), undefined, { signal: options.signal });
  }
}

/** Ours among those who have it open, if the cluster keeps such a list, and the stale ones that it has not forgotten. */
async function ownMounts(
  curve: CurveClient,
  path: string,
  stale: readonly MountPoint[],
  options: ClaimOptions,
): Promise<readonly MountPoint[]> {
  for (const end = performance.now() + REGISTERED; ; ) {
    const all = await curve.mounts(path, options);
    const mounts = all.filter(mount => !isAmong(stale, mount));
    if (mounts.length > 1) throw inUse(path, mounts);
    if (mounts.length === 1 || performance.now() >= end) return all;
    await pause(INTERVAL, undefined, { signal: options.signal });
  }
}

function isAmong(mounts: readonly MountPoint[], { ip, port }: MountPoint): boolean {
  return mounts.some(mount => mount.ip === ip && mount.port === port);
}

function inUse(path: string, mounts: readonly MountPoint[]): NbdError {
  const where = mounts.map(({ ip, port }) => (port === 0 ? ip : `${ip}:${port}`)).join(', ');
  return new NbdError(
    'IN_USE',
    `${path} is open elsewhere (${where}); the cluster forgets a client that died after 50 seconds`,
  );
}
