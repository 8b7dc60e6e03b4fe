import { randomUUID } from 'node:crypto';
import { CurveEmulatorError } from '../errors.js';
import type { ResolvedOptions } from '../options.js';
import type { MetadataStore } from '../storage/metadata-store.js';
import type { Poolset, PoolsetOptions } from './topology.js';

/** What a data folder remembers of its cluster. */
export interface ClusterSettings {
  version: number;
  clusterId: string;
  chunkSize: number;
  segmentSize: number;
  blockSize: number;
  poolsets: readonly Poolset[];
}

const version = 1;

/**
 * The settings of a data folder: made at the first start, and extended by new poolsets.
 *
 * @throws CurveEmulatorError `DATA_DIR_MISMATCH`
 */
export async function ensureSettings(
  store: MetadataStore,
  options: ResolvedOptions,
): Promise<ClusterSettings> {
  const stored = (await store.get('setting/cluster')) as ClusterSettings | undefined;
  const { chunkSize, segmentSize, blockSize } = options;
  if (stored) checkSettings(stored, options);
  const known = stored?.poolsets ?? [];
  const added = options.poolsets.filter(({ name }) => !known.some(poolset => poolset.name === name));
  const settings: ClusterSettings = {
    ...{ version, chunkSize, segmentSize, blockSize },
    clusterId: stored?.clusterId ?? randomUUID(),
    poolsets: [...known, ...added.map((one, i) => poolset(one, known.length + i + 1, options.copysets))],
  };
  await store.commit([{ key: 'setting/cluster', value: settings }]);
  return settings;
}

function checkSettings(stored: ClusterSettings, options: ResolvedOptions): void {
  if (stored.version > version) {
    throw new CurveEmulatorError('DATA_DIR_MISMATCH', 'the data were written by a newer version');
  }
  for (const name of ['chunkSize', 'segmentSize', 'blockSize'] as const) {
    if (stored[name] !== options[name]) {
      throw new CurveEmulatorError('DATA_DIR_MISMATCH', `${name} of the data is ${stored[name]}`);
    }
  }
}

function poolset(
  { name, type = name, description = name }: PoolsetOptions,
  id: number,
  copysets: number,
): Poolset {
  return { id, name, type, description, poolId: id, copysets };
}
