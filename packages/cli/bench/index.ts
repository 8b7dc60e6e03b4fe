// All benchmarks of this package, one after the other.
//
//   pnpm --filter @curve-wcs/cli bench            tables, and bench-results-NAME.json
await import('./startup.js');
await import('./unchanged-tree.js');
await import('./put-tree.js');
