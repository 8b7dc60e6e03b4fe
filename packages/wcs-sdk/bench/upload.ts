// Uploads a file in blocks, twice, in a process of its own so that its memory and CPU are its own. Prints JSON: the
// first upload pays for what Node.js compiles on the way, the second shows what goes on in a process that lives.
import { WcsClient } from '../dist/index.js';
import { bareUpload } from './bare-client.js';

const [kind = '', path = '', port = ''] = process.argv.slice(2);
const options = { port: Number(port), blockSize: 4 * 2 ** 20, concurrency: 4 };
let peak = 0;
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);

const upload = {
  bare: (source: string) => bareUpload({ ...options, path: source }),
  plain: (source: string) => sdkUpload(source, false),
  final: (source: string) => sdkUpload(source, 'final'),
  verified: (source: string) => sdkUpload(source, true),
}[kind];
if (!upload) throw new Error(`unknown kind ${kind}`);

await using wcs = new WcsClient({
  accessKey: 'bench',
  secretKey: 'bench',
  uploadUrl: `http://127.0.0.1:${options.port}`,
  managementUrl: `http://127.0.0.1:${options.port}`,
});
const first = await timed();
const second = await timed();
clearInterval(watch);
console.log(JSON.stringify({ first, second, peakBytes: Math.max(peak, process.memoryUsage.rss()) }));

async function timed(): Promise<{ seconds: number; cpuSeconds: number }> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await upload?.(path);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}

async function sdkUpload(source: string, verify: boolean | 'final'): Promise<void> {
  const result = await wcs.upload({
    bucket: 'bench',
    key: 'object',
    source,
    formThreshold: 0,
    verify,
    concurrency: options.concurrency,
  });
  if (result.verified !== (verify !== false)) throw new Error('verified is not what it should be');
}
