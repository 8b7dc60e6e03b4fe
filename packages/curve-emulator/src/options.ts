import { isIPv4 } from 'node:net';
import type { PoolsetOptions } from './cluster/topology.js';
import { CurveEmulatorError } from './errors.js';
import type { FaultRule } from './faults/fault-rule.js';
import type { Durability } from './storage/durability.js';

/** How an emulator is to be started. Everything has a default. */
export interface CurveEmulatorOptions {
  /**
   * The folder to keep data in; it is created when missing.
   *
   * @defaultValue a fresh temporary folder, removed on close
   */
  dataDir?: string;
  /** How many MDSs there are. One leads, the others refuse connections until it stops. @defaultValue `1` */
  mds?: number;
  /** How many chunkservers there are. Chunks have up to three replicas. @defaultValue `3` */
  chunkservers?: number;
  /**
   * How many snapshot-clone servers there are. One leads, the others refuse connections until it stops. With 0, volumes that
   * are sources of clones cannot be deleted.
   *
   * @defaultValue `1`
   */
  snapshotServers?: number;
  /**
   * The IPv4 address to listen on, which clients are told.
   *
   * @defaultValue `'127.0.0.1'`, which only this machine can reach
   */
  host?: string;
  /**
   * The first of the ports: the MDSs have this and the following ones, then come the chunkservers, the control endpoint and
   * the snapshot-clone servers. 0 for any that are free.
   *
   * @defaultValue `0`
   */
  portBase?: number;
  /** The user who may do everything. @defaultValue `'root'` */
  rootUser?: string;
  /** The root user's password. @defaultValue `'root_password'` */
  rootPassword?: string;
  /**
   * The poolsets. The first is that of volumes that name none. Those of a data folder stay.
   *
   * @defaultValue one named `default`
   */
  poolsets?: readonly PoolsetOptions[];
  /** How many copysets a new poolset has. @defaultValue `12` */
  copysets?: number;
  /** Bytes that each poolset can hold: creating and writing volumes fail beyond. @defaultValue `2 ** 50`, 1 PiB */
  poolCapacity?: number;
  /** Bytes of a chunk, fixed for the data folder. @defaultValue `16777216`, 16 MiB */
  chunkSize?: number;
  /** Bytes of a segment, fixed for the data folder. @defaultValue `1073741824`, 1 GiB */
  segmentSize?: number;
  /** Bytes that I/O is aligned to: 512 or 4096, fixed for the data folder. @defaultValue `4096` */
  blockSize?: number;
  /** The smallest length of a volume, in bytes. @defaultValue `10737418240`, 10 GiB */
  minVolumeSize?: number;
  /** The largest length of a volume, in bytes. @defaultValue `21990232555520`, 20 TiB */
  maxVolumeSize?: number;
  /**
   * For how many milliseconds an MDS that begins to lead answers kNotSupported to Unlink, Rename and ChangeOwner
   * of volumes. A real one does so for 5000.
   *
   * @defaultValue `0`
   */
  warmUp?: number;
  /**
   * For how many milliseconds the MDS calls a stopped chunkserver online (`mds.heartbeat.misstimeoutMs`). A real one does so
   * for 30,000.
   *
   * @defaultValue `0`
   */
  missTimeout?: number;
  /**
   * After how many milliseconds it calls it offline, and until then unstable (`mds.heartbeat.offlinetimeoutMs`). A real one
   * does so after 1,800,000.
   *
   * @defaultValue `0`
   */
  offlineTimeout?: number;
  /**
   * For how many milliseconds a snapshot waits for those that have the volume open to learn of it, where somebody has opened or
   * refreshed it within the last ten seconds. What they write before they know may be in the snapshot. Clients as shipped refresh
   * every 1250; the real service waits 10,000, whoever has it open.
   *
   * @defaultValue `2500`
   */
  snapshotWait?: number;
  /**
   * For how many milliseconds the tasks of snapshots and clones try again what MDS and chunkservers refuse. The real ones do for
   * 300,000.
   *
   * @defaultValue `10000`
   */
  snapshotPatience?: number;
  /**
   * How many milliseconds are between two looks for lazy clones that were deleted: until then their sources count as used. For
   * a real one, 3,600,000.
   *
   * @defaultValue `20000`
   */
  cloneScanInterval?: number;
  /** How many milliseconds pass before the background begins to delete. @defaultValue `50` */
  deleteDelay?: number;
  /**
   * Tells the time, in milliseconds since the epoch: for creation times, callers' clocks and mount records.
   *
   * @defaultValue `Date.now`
   */
  clock?: () => number;
  /** Faults that are in force from the start. */
  faults?: readonly FaultRule[];
  /**
   * Decides about faults with a probability: from 0 up to, but not including, 1.
   *
   * @defaultValue `Math.random`
   */
  random?: () => number;
  /** What acknowledged metadata survives. @defaultValue `'sync'`, a power failure */
  durability?: Durability;
}

/** The options with every default filled in. */
export type ResolvedOptions = Required<Omit<CurveEmulatorOptions, 'dataDir'>> & {
  dataDir: string | undefined;
};

const GiB = 1024 ** 3;

const defaults: ResolvedOptions = {
  dataDir: undefined,
  mds: 1,
  chunkservers: 3,
  snapshotServers: 1,
  host: '127.0.0.1',
  portBase: 0,
  rootUser: 'root',
  rootPassword: 'root_password',
  poolsets: [{ name: 'default' }],
  copysets: 12,
  poolCapacity: 2 ** 50,
  chunkSize: 16 * 1024 ** 2,
  segmentSize: GiB,
  blockSize: 4096,
  minVolumeSize: 10 * GiB,
  maxVolumeSize: 20 * 1024 * GiB,
  warmUp: 0,
  missTimeout: 0,
  offlineTimeout: 0,
  snapshotWait: 2500,
  snapshotPatience: 10_000,
  cloneScanInterval: 20_000,
  deleteDelay: 50,
  clock: Date.now,
  faults: [],
  random: Math.random,
  durability: 'sync',
};

/**
 * Checks the options before anything is read or written.
 *
 * @throws CurveEmulatorError `INVALID_OPTION`
 */
export function resolveOptions(options: CurveEmulatorOptions): ResolvedOptions {
  const unknown = Object.keys(options).find(name => !(name in defaults));
  if (unknown !== undefined) throw invalid(`there is no option ${unknown}`);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const resolved: ResolvedOptions = { ...defaults, ...given };
  checkNumbers(resolved);
  const { dataDir, host, rootUser, poolsets, clock, random, durability, blockSize } = resolved;
  if (dataDir === '') throw invalid('dataDir is empty');
  if (!isIPv4(host) || host === '0.0.0.0') throw invalid(`host is ${host}, not an IPv4 address`);
  if (rootUser === '') throw invalid('rootUser is empty');
  if (blockSize !== 512 && blockSize !== 4096) throw invalid(`blockSize is ${blockSize}, not 512 or 4096`);
  if (poolsets.length === 0 || poolsets.some(({ name }) => name === ''))
    throw invalid('a poolset has no name');
  if (new Set(poolsets.map(({ name }) => name)).size < poolsets.length)
    throw invalid('two poolsets have one name');
  if (typeof clock !== 'function' || typeof random !== 'function')
    throw invalid('clock or random is no function');
  if (durability !== 'sync' && durability !== 'fast') throw invalid(`durability is ${String(durability)}`);
  return resolved;
}

function checkNumbers(options: ResolvedOptions): void {
  const { chunkSize, segmentSize, blockSize, portBase, mds, chunkservers, snapshotServers } = options;
  checkInteger('mds', mds, 1, 100);
  checkInteger('chunkservers', chunkservers, 1, 1000);
  checkInteger('copysets', options.copysets, 1, 65_535);
  checkInteger('snapshotServers', snapshotServers, 0, 100);
  checkInteger('portBase', portBase, 0, 65_535 - mds - chunkservers - snapshotServers);
  checkInteger('cloneScanInterval', options.cloneScanInterval, 1, 2 ** 31 - 1);
  checkInteger('blockSize', blockSize, 512, 4096);
  checkInteger('chunkSize', chunkSize, blockSize, 2 ** 31);
  checkInteger('segmentSize', segmentSize, chunkSize, 2 ** 32 - 1);
  const amounts = ['poolCapacity', 'minVolumeSize', 'maxVolumeSize'] as const;
  const times = [
    ...(['warmUp', 'missTimeout', 'offlineTimeout', 'deleteDelay'] as const),
    ...(['snapshotWait', 'snapshotPatience'] as const),
  ];
  for (const name of [...amounts, ...times]) {
    checkInteger(name, options[name], 0, Number.MAX_SAFE_INTEGER);
  }
  if (chunkSize % blockSize !== 0) throw invalid('chunkSize is not a multiple of blockSize');
  if (segmentSize % chunkSize !== 0) throw invalid('segmentSize is not a multiple of chunkSize');
}

function checkInteger(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw invalid(`${name} is ${value}, not a whole number from ${min} to ${max}`);
}

function invalid(message: string): CurveEmulatorError {
  return new CurveEmulatorError('INVALID_OPTION', message);
}
