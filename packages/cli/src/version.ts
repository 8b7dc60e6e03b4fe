import packageJson from '../package.json' with { type: 'json' };

/** The package's version: what `--version` says, and part of the user agent. */
export const VERSION: string = packageJson.version;
