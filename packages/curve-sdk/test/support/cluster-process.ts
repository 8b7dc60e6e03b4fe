// A program that runs an emulator with the options it is given until it is told to end, or killed; killable-cluster.ts starts it.
import { type CurveEmulatorOptions, startCurveEmulator } from '@curve-wcs/curve-emulator';

const { clientConfPath, snapshotAddresses, controlUrl, close } = await startCurveEmulator(
  JSON.parse(process.argv[2] ?? '{}') as CurveEmulatorOptions,
);
process.send?.({ clientConfPath, snapshotAddresses, controlUrl });
process.once('disconnect', () => void close());
