import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { requireObject, requireText } from '../check-arguments.js';
import { WcsError } from '../errors.js';
import type { Settings } from './settings.js';
import { parseConfig, readConfig, type WcsConfig } from './wcscfg.js';

/** Environment variables that stand in for settings of a `.wcscfg`; an empty one is none. */
export const ENVIRONMENT_SETTINGS = {
  /** The access key. */
  WCS_ACCESS_KEY: 'access_key',
  /** The secret key. */
  WCS_SECRET_KEY: 'secret_key',
  /** The upload domain. */
  WCS_PUT_URL: 'put_url',
  /** The management domain. */
  WCS_MGR_URL: 'mgr_url',
  /** The download domain. */
  WCS_GET_URL: 'get_url',
} as const satisfies Record<string, keyof Settings | 'get_url'>;

/** Name of such a variable. */
export type EnvironmentSetting = keyof typeof ENVIRONMENT_SETTINGS;

const KEY_PAIR = ['WCS_ACCESS_KEY', 'WCS_SECRET_KEY'] as const;

/** Environment variables, such as `process.env`. */
export type Environment = Record<string, string | undefined>;

/** Which configuration file is wanted. */
export interface ConfigChoice {
  /** Path of the file. */
  path?: string | undefined;
  /** Name of a profile: the file is `~/.wcscfg-NAME`. */
  profile?: string | undefined;
  /** Default `process.env`. */
  env?: Environment;
}

/** Where the configuration is. */
export interface ConfigPath {
  /** Path of the file. */
  path: string;
  /** Whether anybody asked for this file: then it must be there. */
  named: boolean;
}

/**
 * Where the configuration is: the path or profile given, else the path of `WCS_CONFIG`, else the profile of
 * `WCS_PROFILE`, else `~/.wcscfg`. A profile is a file of its own, `~/.wcscfg-NAME`, since the official tools read
 * through the sections of a file.
 *
 * @returns the path, and whether anybody asked for this file; relative paths start from the current folder
 * @throws WcsError `CONFIG` for a profile whose name is none; `INVALID_ARGUMENT` for both a path and a profile
 */
export function configPathOf(choice: ConfigChoice = {}): ConfigPath {
  requireObject('choice', choice);
  const { path, profile, env = process.env } = choice;
  if (path !== undefined) requireText('path', path);
  if (profile !== undefined) requireText('profile', profile);
  requireObject('env', env);
  if (path !== undefined && profile !== undefined) {
    throw new WcsError('INVALID_ARGUMENT', 'give the path of a configuration file or a profile, not both');
  }
  if (path !== undefined) return { path, named: true };
  const home = env['HOME'] || homedir();
  if (profile !== undefined) return { path: profilePath(home, profile), named: true };
  if (env['WCS_CONFIG']) return { path: env['WCS_CONFIG'], named: true };
  if (env['WCS_PROFILE']) return { path: profilePath(home, env['WCS_PROFILE']), named: true };
  return { path: join(home, '.wcscfg'), named: false };
}

/**
 * Puts what the environment says in the place of what a file says ({@link ENVIRONMENT_SETTINGS}).
 *
 * @returns the names of the variables that were used
 * @throws WcsError `CONFIG` if there is only one half of a key pair: the other would be that of another account
 */
export function applyEnvironment(
  config: Pick<WcsConfig, 'settings' | 'extra'>,
  env: Environment = process.env,
): EnvironmentSetting[] {
  requireObject('config', config);
  const { settings, extra } = config;
  requireObject('settings', settings);
  requireObject('extra', extra);
  requireObject('env', env);
  const [given, ...others] = KEY_PAIR.filter(variable => env[variable]);
  if (given !== undefined && others.length === 0) {
    throw new WcsError('CONFIG', `${given} is set without the other of ${KEY_PAIR.join(' and ')}`);
  }
  const used: EnvironmentSetting[] = [];
  for (const variable of Object.keys(ENVIRONMENT_SETTINGS) as EnvironmentSetting[]) {
    const name = ENVIRONMENT_SETTINGS[variable];
    const value = env[variable];
    if (!value) continue;
    if (name === 'get_url') extra[name] = value;
    else settings[name] = value;
    used.push(variable);
  }
  return used;
}

/**
 * The configuration in force: that of the file ({@link configPathOf}), with the environment in place of it
 * ({@link applyEnvironment}). With keys in the environment there need be no `~/.wcscfg`.
 *
 * @throws WcsError `CONFIG` if the file is not there, cannot be read, or is wrong
 */
export async function loadConfig(choice: ConfigChoice = {}): Promise<WcsConfig> {
  const { path, named } = configPathOf(choice);
  const { env = process.env } = choice;
  const config = await readConfig(resolve(path)).catch((error: unknown) => {
    const missing = error instanceof WcsError && (error.cause as NodeJS.ErrnoException)?.code === 'ENOENT';
    if (!missing || named || !KEY_PAIR.every(variable => env[variable])) throw error;
    return parseConfig('');
  });
  applyEnvironment(config, env);
  return config;
}

function profilePath(home: string, name: string): string {
  if (!/^[\w.-]+$/.test(name)) {
    throw new WcsError(
      'CONFIG',
      `a profile's name is made of letters, digits, _, - and .; got ${JSON.stringify(name)}`,
    );
  }
  return join(home, `.wcscfg-${name}`);
}
