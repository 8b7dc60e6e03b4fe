// A program that exports the volume `/v` and tells once it has begun; other-export.ts starts it.
import { CurveClient } from '../../src/index.js';

const [conf = '', path = ''] = process.argv.slice(2);
const curve = await CurveClient.connect(conf, { user: 'alice' });
const volume = await curve.open('/v');
let told = false;
await volume.export(path, {
  chunkSize: 64 * 1024,
  concurrency: 1,
  onProgress() {
    if (!told) process.send?.('begun');
    told = true;
  },
});
