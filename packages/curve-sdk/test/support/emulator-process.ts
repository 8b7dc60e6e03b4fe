// A program that runs an emulator until it is told to end; separate-emulator.ts starts it.
import { startCurveEmulator } from '@curve-wcs/curve-emulator';
import { SESSION_EMULATOR } from './session-emulator.js';

const { clientConfPath, rootPassword, close } = await startCurveEmulator(SESSION_EMULATOR);
process.send?.({ clientConfPath, rootPassword });
process.once('disconnect', () => void close());
