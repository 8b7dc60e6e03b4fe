import { startWcsEmulator, type WcsEmulator, type WcsEmulatorOptions } from '@curve-wcs/wcs-emulator';
import { onTestFinished } from 'vitest';
import { WcsClient, type WcsClientOptions } from '../../src/index.js';

/** Starts an emulator with the bucket `photos`, and a client for it, for the running test. */
export async function emulated(
  clientOptions: WcsClientOptions = {},
  emulatorOptions: WcsEmulatorOptions = {},
): Promise<{ emulator: WcsEmulator; wcs: WcsClient }> {
  const emulator = await startWcsEmulator({
    buckets: ['photos', 'backup'],
    durability: 'fast',
    ...emulatorOptions,
  });
  const wcs = new WcsClient({ ...optionsFor(emulator), ...clientOptions });
  onTestFinished(async () => {
    await wcs.close();
    await emulator.close();
  });
  return { emulator, wcs };
}

/** The options of a client for an emulator; retries wait only a moment. */
export function optionsFor(emulator: WcsEmulator): WcsClientOptions {
  return {
    accessKey: emulator.accessKey,
    secretKey: emulator.secretKey,
    uploadUrl: emulator.url,
    managementUrl: emulator.url,
    downloadUrl: `${emulator.url}/-/{bucket}`,
    retry: { baseDelay: 1, maxDelay: 5 },
  };
}

/** How often requests whose path begins so have come. */
export function count(emulator: WcsEmulator, path: string): number {
  return emulator.requests.filter(request => request.path.startsWith(path)).length;
}
