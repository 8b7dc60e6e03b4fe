// The emulator, in a process of its own; tells its parent the configuration, takes lists of faults from it, and ends
// with it.
import { type FaultRule, startWcsEmulator } from '@curve-wcs/wcs-emulator';

const emulator = await startWcsEmulator({ buckets: ['demo'], durability: 'fast' });
process.on('message', (rules: FaultRule[]) => {
  emulator.faults.clear();
  for (const rule of rules) emulator.faults.add(rule);
  process.send?.('ready');
});
process.on('disconnect', () => void emulator.close().then(() => process.exit()));
process.send?.(`${emulator.clientConfig}get_url = ${emulator.url}/-/{bucket}\n`);
