// All benchmarks of this package, one after the other.
//
//   pnpm --filter @curve-wcs/wcs-sdk bench            tables, and bench-results-NAME.json
//   pnpm --filter @curve-wcs/wcs-sdk bench --chart    bench-results-NAME.svg as well
//
// Each of them alone: pnpm --filter @curve-wcs/wcs-sdk exec tsx bench/small-files.ts
await import('./block-upload.js');
await import('./listing.js');
await import('./small-files.js');
