import { type CurveEmulator, type CurveEmulatorOptions, startCurveEmulator } from '@curve-wcs/curve-emulator';
import { createClient, type NativeClient } from '../../src/index.js';

export const alice = { owner: 'alice' };
export const GiB = 2 ** 30;

/** Retries as often as ever, but sooner than by the shipped settings, so that faults cost no time. */
const impatient = {
  'chunkserver.opRetryIntervalUS': 10_000,
  'mds.rpcRetryIntervalUS': 10_000,
  'mds.maxRetryMS': 2000,
};

export interface TestCluster extends AsyncDisposable {
  emulator: CurveEmulator;
  client: NativeClient;
  /** Another client of the same cluster. */
  connect(settings?: Record<string, string | number | boolean>): NativeClient;
}

export async function startCluster(
  settings: Record<string, string | number | boolean> = {},
  options: CurveEmulatorOptions = {},
): Promise<TestCluster> {
  const emulator = await startCurveEmulator({ durability: 'fast', ...options });
  const clients: NativeClient[] = [];
  const connect = (extra = {}) => {
    const client = createClient({
      'mds.listen.addr': emulator.mdsAddresses.join(','),
      ...impatient,
      ...settings,
      ...extra,
    });
    clients.push(client);
    return client;
  };
  return {
    emulator,
    client: connect(),
    connect,
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map(client => client.uninit({ deadline: 5000 }).catch(() => {})));
      await emulator.close();
    },
  };
}

/** A new volume, opened. */
export async function openVolume({ client }: TestCluster, path = '/v'): Promise<number> {
  await client.create(path, alice, { length: 10 * GiB });
  return client.open(path, alice);
}

export const count = (emulator: CurveEmulator, method: string) =>
  emulator.requests.filter(request => request.method === method).length;
