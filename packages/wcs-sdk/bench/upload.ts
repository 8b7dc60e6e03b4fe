// One upload of a file in blocks, in a process of its own so that its memory and CPU are its own. Prints JSON.
import { WcsClient } from '../dist/index.js';
import { bareUpload } from './bare-client.js';

const [kind = '', path = '', port = ''] = process.argv.slice(2);
const options = { path, port: Number(port), blockSize: 4 * 2 ** 20, concurrency: 4 };
let peak = 0;
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 5);

const upload = {
  bare: () => bareUpload(options),
  plain: () => sdkUpload(false),
  verified: () => sdkUpload(true),
}[kind];
if (!upload) throw new Error(`unknown kind ${kind}`);

const cpu = process.cpuUsage();
const started = performance.now();
await upload();
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(cpu);
clearInterval(watch);
console.log(
  JSON.stringify({
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peakBytes: Math.max(peak, process.memoryUsage.rss()),
  }),
);

async function sdkUpload(verify: boolean): Promise<void> {
  const url = `http://127.0.0.1:${options.port}`;
  await using wcs = new WcsClient({ accessKey: 'bench', secretKey: 'bench', uploadUrl: url });
  const result = await wcs.upload({
    bucket: 'bench',
    key: 'object',
    source: options.path,
    verify,
    concurrency: options.concurrency,
  });
  if (verify && !result.verified) throw new Error('the upload was not verified');
}
