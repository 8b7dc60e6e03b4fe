import { type CurveEmulator, type CurveEmulatorOptions, startCurveEmulator } from '@curve-wcs/curve-emulator';
import { onTestFinished } from 'vitest';
import { CurveClient, type Volume } from '../../src/index.js';

/** Bytes of a segment of the clusters here. */
export const SEGMENT = 2 ** 20;
/** Bytes of a chunk of the clusters here. */
export const CHUNK = 2 ** 18;
/** Bytes of a block. */
export const BLOCK = 4096;
/** Bytes of a small volume. */
export const SIZE = 4 * SEGMENT;

/** Keys that make waits short. */
const SHORT = {
  'mds.maxRetryMS': 1000,
  'mds.rpcRetryIntervalUS': 20_000,
  'chunkserver.opRetryIntervalUS': 20_000,
  'metacache.rpcRetryIntervalUS': 20_000,
  'mds.registerToMDS': false,
};

/** A cluster of small segments for the running test, and ways to connect to it. */
export async function smallCluster(options: CurveEmulatorOptions = {}) {
  const cluster = await startCurveEmulator({
    durability: 'fast',
    chunkSize: CHUNK,
    segmentSize: SEGMENT,
    minVolumeSize: SEGMENT,
    ...options,
  });
  onTestFinished(() => cluster.close());
  const connect = (user: string, keys: Record<string, string | number | boolean> = {}) =>
    connected(cluster, user, keys);
  return { cluster, connect };
}

/** A cluster and an open volume in it. */
export async function smallVolume(
  options: CurveEmulatorOptions & { keys?: Record<string, string | number | boolean>; size?: number } = {},
): Promise<{ cluster: CurveEmulator; curve: CurveClient; volume: Volume }> {
  const { keys, size = SIZE, ...rest } = options;
  const { cluster, connect } = await smallCluster(rest);
  const curve = await connect('alice', keys);
  await curve.createVolume('/v', { size });
  return { cluster, curve, volume: await curve.open('/v') };
}

async function connected(
  cluster: CurveEmulator,
  user: string,
  keys: Record<string, string | number | boolean>,
): Promise<CurveClient> {
  const config = { ...SHORT, 'mds.listen.addr': cluster.mdsAddresses.join(','), ...keys };
  const who = user === 'root' ? { name: user, password: cluster.rootPassword } : user;
  const curve = await CurveClient.connect(config, { user: who });
  onTestFinished(() => curve.close({ deadline: 10_000 }));
  return curve;
}
