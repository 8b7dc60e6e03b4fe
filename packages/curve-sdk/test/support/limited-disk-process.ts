// A program whose disk is full after a while; limited-disk.ts starts it.
import { execFileSync } from 'node:child_process';
import { CurveClient, type CurveError } from '../../src/index.js';

const [conf = '', path = ''] = process.argv.slice(2);
// Writes beyond the limit fail, instead of ending the process.
process.on('SIGXFSZ', () => {});
const curve = await CurveClient.connect(conf, { user: 'alice' });
const volume = await curve.open('/v');
let safe = 0;
try {
  await volume.export(path, {
    chunkSize: 64 * 1024,
    concurrency: 1,
    onProgress: progress => {
      safe = progress.safe;
      execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${2 ** 20}`]);
    },
  });
} catch (error) {
  const { code, operation, cause } = error as CurveError;
  process.send?.({ code, operation, cause: (cause as NodeJS.ErrnoException)?.code, safe });
}
await curve.close();
process.disconnect?.();
