/** The packages in the order in which the site shows them. */
export const PACKAGES = [
  'wcs-sdk',
  'wcs-emulator',
  'curve-sdk',
  'curve-nbd',
  'curve-emulator',
  'curve-native',
  'cli',
  'etag',
] as const;
