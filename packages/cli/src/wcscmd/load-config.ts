import { resolve } from 'node:path';
import type { SettingName, Settings } from '@curve-wcs/wcs-sdk';
import { CliError, configError, usageError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { ExitCode } from '../exit-code.js';
import { shellQuote } from '../shell-quote.js';
import type { Output } from '../terminal/output.js';
import { settingProblem } from './setting-rules.js';
import { applyOptions, WCSCMD_OPTIONS, type WcscmdOptionValues } from './wcscmd-options.js';
import { WrongSetting } from './wrong-setting.js';

/** The settings in force, and where they come from. */
export interface LoadedConfig {
  /** The configuration file. */
  path: string;
  /** Whether there is no such file. */
  missing: boolean;
  /** Whether an option or the environment names the file. */
  named: boolean;
  settings: Settings;
  /** Settings that the official tools do not know. */
  extra: Record<string, string>;
  /** The environment variables that stand in for settings. */
  variables: Partial<Record<string, string>>;
}

/** The address of a service is not set. */
export class UnsetAddress extends CliError {
  constructor(message: string) {
    super(ExitCode.config, message, { hint: 'set it with wcscmd --configure' });
  }
}

/** Reads the configuration file, as it is; defaults if there is none. */
export async function readConfigFile(
  io: CliIo,
  values: WcscmdOptionValues,
  out: Output,
): Promise<LoadedConfig> {
  const { configPathOf, readConfig, SETTING_DEFAULTS, WcsError } = await import('@curve-wcs/wcs-sdk');
  const [file, profile] = [given(values, 'config'), given(values, 'profile')];
  if (file !== undefined && profile !== undefined) throw usageError('give --config or --profile, not both');
  const { path: wanted, named } = configPathOf({ path: file, profile, env: io.env });
  const path = resolve(io.cwd, wanted);
  try {
    const { settings, extra, warnings } = await readConfig(path);
    for (const warning of warnings) out.warning(warning);
    for (const [name, value] of Object.entries(SETTING_DEFAULTS)) settings[name as SettingName] ||= value;
    return { path, missing: false, named, settings, extra, variables: {} };
  } catch (error) {
    const cause = error instanceof WcsError ? error.cause : undefined;
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw error;
    return { path, missing: true, named, settings: { ...SETTING_DEFAULTS }, extra: {}, variables: {} };
  }
}

/**
 * The configuration in force: options, then the environment, then the file.
 *
 * @throws CliError if an option is wrong, or a file that was named is not there
 */
export async function loadConfig(io: CliIo, values: WcscmdOptionValues, out: Output): Promise<LoadedConfig> {
  checkOptionValues(values);
  const config = await readConfigFile(io, values, out);
  if (config.missing && config.named) throw missingConfig(config);
  out.detail(config.missing ? `no configuration file ${config.path}` : `configuration from ${config.path}`);
  const { applyEnvironment, ENVIRONMENT_SETTINGS } = await import('@curve-wcs/wcs-sdk');
  for (const variable of applyEnvironment(config, io.env)) {
    config.variables[ENVIRONMENT_SETTINGS[variable]] = variable;
    out.detail(`${ENVIRONMENT_SETTINGS[variable]} from ${variable}`);
  }
  applyOptions(config.settings, values);
  return config;
}

/** Fails if one of these settings is none of its allowed values. */
export function checkSettings(config: LoadedConfig, names: readonly SettingName[]): void {
  const { path, settings, variables } = config;
  for (const name of names) {
    if (settingProblem(name, settings[name]) === undefined) continue;
    throw WrongSetting.of(name, settings[name], variables[name] ?? path);
  }
}

/** Fails unless the settings that a command cannot do without are there, and can be what they are. */
export function requireSettings(config: LoadedConfig, names: readonly (SettingName | 'get_url')[]): void {
  const settings = names.filter(name => name !== 'get_url');
  const unset = settings.filter(name => !config.settings[name]);
  if (config.missing && unset.length > 0) throw missingConfig(config);
  if (unset.length > 0 && unset.every(name => name.endsWith('_url'))) {
    throw new UnsetAddress(`${unset.join(' and ')} not set in ${config.path}`);
  }
  if (unset.length > 0) {
    throw configError(`${unset.join(' and ')} not set in ${config.path}`, {
      hint: 'set it with wcscmd --configure',
    });
  }
  if (names.includes('get_url') && !config.extra['get_url']) {
    requireConfigFile(config);
    throw configError(`get_url not set in ${config.path}`, {
      hint: 'get_url = HOST in that file names the download domain; {bucket} in it stands for the bucket',
    });
  }
  checkSettings(config, settings);
}

function given(values: WcscmdOptionValues, name: 'config' | 'profile'): string | undefined {
  const value = values.get(name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Fails unless there is a configuration file. */
export function requireConfigFile(config: LoadedConfig): void {
  if (config.missing) throw missingConfig(config);
}

function missingConfig({ path, named }: LoadedConfig): Error {
  const command = named ? `wcscmd -c ${shellQuote(path)} --configure` : 'wcscmd --configure';
  return configError(`there is no configuration file ${path}`, { hint: `make one with ${command}` });
}

function checkOptionValues(values: WcscmdOptionValues): void {
  for (const option of WCSCMD_OPTIONS) {
    const value = values.get(option.long);
    if (!('setting' in option) || typeof value !== 'string') continue;
    const allowed = settingProblem(option.setting, value);
    if (allowed === undefined) continue;
    const message = `--${option.long} must be ${allowed}; it is ${JSON.stringify(value)}`;
    throw new WrongSetting(ExitCode.usage, option.setting, value, message);
  }
}
