// How long the status of a large cluster takes, and how much memory: 1,000 chunkservers with 100,000 copysets in three
// replicas, which is some 200 MB of text. The cluster is an emulator in a process of its own on the same machine, which makes
// that text anew each time; so the time next to it is that of merely fetching the same pages.
//
//   pnpm --filter @curve-wcs/curve-sdk bench:cluster
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { CurveClient } from '@curve-wcs/curve-sdk';

const CHUNKSERVERS = 1000;
const COPYSETS = 50_000;
const AT_A_TIME = 32;
const ROUNDS = 3;
const script = fileURLToPath(import.meta.url);

if (process.argv[2] === 'emulator') {
  const { startCurveEmulator } = await import('@curve-wcs/curve-emulator');
  const emulator = await startCurveEmulator({
    ...{ chunkservers: CHUNKSERVERS, copysets: COPYSETS, durability: 'fast' },
    poolsets: [{ name: 'one' }, { name: 'two' }],
  });
  process.send?.({ mds: emulator.mdsAddresses[0], chunkservers: emulator.chunkserverAddresses });
  process.once('disconnect', () => void emulator.close());
} else {
  const child = fork(script, ['emulator'], { execArgv: ['--import', 'tsx'] });
  const [{ mds, chunkservers }] = await once(child, 'message');
  // The emulator takes its time for an answer of megabytes.
  const config = { 'mds.listen.addr': mds, 'mds.rpcTimeoutMS': 20_000, 'mds.maxRetryMS': 60_000 };
  await using curve = await CurveClient.connect(config, { user: 'bench' });
  const options = { patience: 60_000 };
  await curve.cluster.status(options);
  const rows = [];
  for (let round = 0; round < ROUNDS; round++) {
    const fetching = await timed(() => fetchAll(chunkservers));
    let peak = 0;
    const looking = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().heapUsed);
    }, 20);
    const status = await timed(() => curve.cluster.status(options));
    clearInterval(looking);
    const { copysets, state } = status.result;
    if (copysets.total !== 2 * COPYSETS) throw new Error(`only ${copysets.total} copysets were seen`);
    rows.push({
      ...{ copysets: copysets.total, state, 'status s': status.seconds, 'pages alone s': fetching.seconds },
      ratio: Math.round((100 * status.seconds) / fetching.seconds) / 100,
      'heap MiB': Math.round(peak / 2 ** 20),
      'text MiB': Math.round(fetching.result / 2 ** 20),
    });
  }
  console.table(rows);
  child.disconnect();
}

/** The bytes of all pages, as many at a time as status() asks. */
async function fetchAll(addresses: string[]): Promise<number> {
  const left = [...addresses];
  let bytes = 0;
  const work = async () => {
    for (let address = left.pop(); address !== undefined; address = left.pop()) {
      const response = await fetch(`http://${address}/raft_stat`);
      for await (const piece of response.body as AsyncIterable<Uint8Array>) bytes += piece.length;
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return bytes;
}

async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const begun = performance.now();
  const result = await work();
  return { seconds: Math.round((performance.now() - begun) / 10) / 100, result };
}
