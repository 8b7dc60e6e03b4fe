import { onTestFinished } from 'vitest';
import { type CurveEmulator, type CurveEmulatorOptions, startCurveEmulator } from '../../src/index.js';
import { User } from './user.js';

/** Starts an emulator for the running test, with two users and root. */
export async function startCluster(options: CurveEmulatorOptions = {}): Promise<{
  emulator: CurveEmulator;
  u1: User;
  u2: User;
  root: User;
}> {
  const emulator = await startCurveEmulator({ durability: 'fast', ...options });
  onTestFinished(() => emulator.close());
  const user = (name: string, password = '') => new User(emulator, name, password, options.clock);
  return { emulator, u1: user('u1'), u2: user('u2'), root: user(emulator.rootUser, emulator.rootPassword) };
}
