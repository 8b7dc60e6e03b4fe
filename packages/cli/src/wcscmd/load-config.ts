import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { SettingName, Settings } from '@curve-wcs/wcs-sdk';
import { configError, usageError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import type { Output } from '../terminal/output.js';
import { settingProblem } from './setting-rules.js';
import { applyOptions, WCSCMD_OPTIONS, type WcscmdOptionValues } from './wcscmd-options.js';

/** The settings in force, and where they come from. */
export interface LoadedConfig {
  /** The configuration file. */
  path: string;
  /** Whether there is no such file. */
  missing: boolean;
  settings: Settings;
  /** Settings that the official tools do not know. */
  extra: Record<string, string>;
}

/** Where the configuration is: `-c`, or `.wcscfg` in the home folder. */
export function configPath(io: CliIo, values: WcscmdOptionValues): string {
  const given = values.get('config');
  if (typeof given === 'string' && given !== '') return resolve(io.cwd, given);
  return join(io.env['HOME'] || homedir(), '.wcscfg');
}

/** Reads the configuration file; defaults if there is none. */
export async function readConfigFile(path: string, out: Output): Promise<LoadedConfig> {
  const { readConfig, SETTING_DEFAULTS, WcsError } = await import('@curve-wcs/wcs-sdk');
  try {
    const { settings, extra, warnings } = await readConfig(path);
    for (const warning of warnings) out.warning(warning);
    for (const [name, value] of Object.entries(SETTING_DEFAULTS)) settings[name as SettingName] ||= value;
    return { path, missing: false, settings, extra };
  } catch (error) {
    const cause = error instanceof WcsError ? error.cause : undefined;
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw error;
    return { path, missing: true, settings: { ...SETTING_DEFAULTS }, extra: {} };
  }
}

/**
 * The configuration with the options applied.
 *
 * @throws CliError if an option is wrong, or a file that was named is not there
 */
export async function loadConfig(io: CliIo, values: WcscmdOptionValues, out: Output): Promise<LoadedConfig> {
  checkOptionValues(values);
  const config = await readConfigFile(configPath(io, values), out);
  if (config.missing && values.has('config')) throw missingConfig(config);
  out.detail(config.missing ? `no configuration file ${config.path}` : `configuration from ${config.path}`);
  applyOptions(config.settings, values);
  return config;
}

/** Fails if one of these settings is none of its allowed values. */
export function checkSettings({ path, settings }: LoadedConfig, names: readonly SettingName[]): void {
  for (const name of names) {
    const allowed = settingProblem(name, settings[name]);
    if (allowed)
      throw configError(`${path}: ${name} must be ${allowed}; it is ${JSON.stringify(settings[name])}`);
  }
}

/** Fails unless the settings that a command cannot do without are there, and can be what they are. */
export function requireSettings(config: LoadedConfig, names: readonly (SettingName | 'get_url')[]): void {
  const settings = names.filter(name => name !== 'get_url');
  const unset = settings.filter(name => !config.settings[name]);
  if (config.missing && names.length > 0) throw missingConfig(config);
  if (unset.length > 0) {
    throw configError(`${unset.join(' and ')} not set in ${config.path}`, {
      hint: 'set it with wcscmd --configure',
    });
  }
  if (names.includes('get_url') && !config.extra['get_url']) {
    throw configError(`get_url not set in ${config.path}`, {
      hint: 'get_url = HOST in that file names the download domain; {bucket} in it stands for the bucket',
    });
  }
  checkSettings(config, settings);
}

function missingConfig({ path }: LoadedConfig): Error {
  return configError(`there is no configuration file ${path}`, { hint: 'make one with wcscmd --configure' });
}

function checkOptionValues(values: WcscmdOptionValues): void {
  for (const option of WCSCMD_OPTIONS) {
    const value = values.get(option.long);
    if (!('setting' in option) || typeof value !== 'string') continue;
    const allowed = settingProblem(option.setting, value);
    if (allowed) throw usageError(`--${option.long} must be ${allowed}; it is ${JSON.stringify(value)}`);
  }
}
