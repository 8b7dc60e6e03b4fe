/** In what a run is to be like the official tool's, mistakes included. */
export interface LegacyModes {
  /** What it says: `--legacy-output`. */
  output: boolean;
  /** How it ends: `--legacy-exit`. */
  exit: boolean;
}

/** Reads the modes before anything else: they also say how a wrong command line is complained about. */
export function legacyModes(argv: readonly string[]): LegacyModes {
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  return { output: words.includes('--legacy-output'), exit: words.includes('--legacy-exit') };
}
