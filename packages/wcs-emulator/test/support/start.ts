import { onTestFinished } from 'vitest';
import { startWcsEmulator, type WcsEmulator, type WcsEmulatorOptions } from '../../src/index.js';
import { TestClient } from './test-client.js';

/** Starts an emulator with bucket `b1` for the running test. */
export async function startEmulator(
  options: WcsEmulatorOptions = {},
): Promise<{ emulator: WcsEmulator; client: TestClient }> {
  const emulator = await startWcsEmulator({ buckets: ['b1'], durability: 'fast', ...options });
  onTestFinished(() => emulator.close());
  return { emulator, client: new TestClient(emulator) };
}
