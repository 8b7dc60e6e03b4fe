import { type CurveEmulatorOptions, startCurveEmulator } from '@curve-wcs/curve-emulator';
import { CurveClient, type Stripe } from '@curve-wcs/curve-sdk';
import { onTestFinished } from 'vitest';
import { exportVolume, type NbdExport, type NbdLimits } from '../../src/index.js';
import type { NbdClientOptions } from './nbd-client.js';
import { connected, serve } from './serve.js';

/** Bytes of a segment of the clusters here. */
export const SEGMENT = 2 ** 20;
/** Bytes of a small volume. */
export const SIZE = 4 * SEGMENT;

/** How data goes: on the Curve client's own thread, or by way of JavaScript, as everywhere but on Linux, and with TLS. */
export type Way = 'native' | 'JavaScript';
export const WAYS: readonly Way[] = process.platform === 'linux' ? ['native', 'JavaScript'] : ['JavaScript'];

/** An export whose data goes that way. */
export function going(way: Way, served: NbdExport): NbdExport {
  if (way === 'native') return served;
  return new Proxy(served, {
    get: (target, name) => {
      if (name === 'serveLine') return undefined;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

type Keys = Record<string, string | number | boolean>;

/** A cluster of small segments for the running test. */
export async function smallCluster(options: CurveEmulatorOptions = {}) {
  const cluster = await startCurveEmulator({
    durability: 'fast',
    ...{ chunkSize: SEGMENT / 4, segmentSize: SEGMENT, minVolumeSize: SEGMENT },
    ...options,
  });
  onTestFinished(() => cluster.close());
  const connect = async (user: string, keys: Keys = {}) => {
    const config = { 'mds.listen.addr': cluster.mdsAddresses.join(','), ...keys };
    const curve = await CurveClient.connect(config, { user });
    onTestFinished(() => curve.close({ deadline: 10_000 }));
    return curve;
  };
  return { cluster, connect };
}

/** A volume `/v` of alice, served, with a client in transmission and another client of the cluster beside it. */
export async function served(
  options: {
    keys?: Keys;
    client?: NbdClientOptions;
    shared?: boolean;
    stripe?: Stripe;
    epoch?: boolean;
    way?: Way;
    limits?: Partial<NbdLimits>;
  } = {},
) {
  const { cluster, connect } = await smallCluster();
  const curve = await connect('alice', options.keys);
  await curve.createVolume('/v', { size: SIZE, stripe: options.stripe });
  if (options.epoch) {
    await using first = await curve.open('/v');
    await first.increaseEpoch();
  }
  const { shared = false, way = 'native', limits } = options;
  // A client of its own, as in life: what one client has open in two places it shares.
  const exporter = await connect('alice', options.keys);
  const disk = going(way, await exportVolume(exporter, '/v', { shared }));
  const { server, problems, address } = await serve({ exports: [disk], limits });
  const client = await connected(server, 'v', options.client);
  return { cluster, curve, exporter, server, problems, address, client };
}
