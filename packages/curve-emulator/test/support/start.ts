import { randomInt } from 'node:crypto';
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

/** Starts a cluster with given ports, of those that systems give to nobody; others may have taken some of them. */
export async function startOnFreePorts(): Promise<{ emulator: CurveEmulator; portBase: number }> {
  for (;;) {
    const portBase = randomInt(20_001, 29_000);
    const started = await startCluster({ chunkservers: 2, portBase }).catch(error => {
      if (error.code !== 'ADDRESS_IN_USE') throw error;
    });
    if (started) return { emulator: started.emulator, portBase };
  }
}
