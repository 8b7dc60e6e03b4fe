// One client in a process of its own, so that CPU and memory are its alone: node contender.js NAME MDS.
import { CLIENTS } from './clients.js';
import { load } from './load.js';
import { forgetPeak, residentMemory } from './resident-memory.js';
import type { Workload } from './workload.js';

const [name = '', mdsAddress = ''] = process.argv.slice(2);
const volume = await CLIENTS[name]?.(mdsAddress);
if (!volume) throw new Error(`no client called ${name}`);
forgetPeak();
const { now: before } = residentMemory();

process.on('message', async ({ workload, milliseconds }: { workload: Workload; milliseconds: number }) => {
  const measured = await load(volume, workload, milliseconds);
  process.send?.({ measured, growth: residentMemory().peak - before });
});
process.on('disconnect', () => volume.close());
process.send?.('ready');
