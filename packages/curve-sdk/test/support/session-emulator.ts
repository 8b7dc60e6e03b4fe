import type { CurveEmulatorOptions } from '@curve-wcs/curve-emulator';

/** How an emulator is like the cluster on which the sessions were recorded. */
export const SESSION_EMULATOR: CurveEmulatorOptions = {
  durability: 'fast',
  // It had no room for a volume of 20 TiB.
  poolCapacity: 2 ** 40,
  // libcurve's first refresh comes a second after the open, ours at once. The sessions unlink and rename volumes within
  // that second; a refresh that is not accepted leaves them unprotected here too.
  faults: [{ match: { method: 'RefreshSession' }, do: 'status 501' }],
};
