import { parentPort } from 'node:worker_threads';
import { startCurveEmulator } from '@curve-wcs/curve-emulator';
import { SESSION_EMULATOR } from './session-emulator.js';

const emulator = await startCurveEmulator(SESSION_EMULATOR);
parentPort?.postMessage({
  clientConfPath: emulator.clientConfPath,
  rootPassword: emulator.rootPassword,
});
parentPort?.once('message', () => void emulator.close());
