import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { requireObject, requireText } from '../check-arguments.js';
import { WcsError } from '../errors.js';
import {
  BOOLEAN_SETTINGS,
  isSettingName,
  parseBoolean,
  SETTING_DEFAULTS,
  type Settings,
} from './settings.js';
import { throughLinks } from './through-links.js';

/** A `.wcscfg` as read. */
export interface WcsConfig {
  /** Every known setting, with defaults where the file says nothing. */
  settings: Settings;
  /**
   * Settings that the official tools do not know, such as our own `get_url`. They are kept when the file is
   * written again.
   */
  extra: Record<string, string>;
  /** Lines that are no settings, each with its number. */
  warnings: string[];
}

/** Where the official tools keep their configuration: `~/.wcscfg`. */
export function defaultConfigPath(): string {
  return join(homedir(), '.wcscfg');
}

/**
 * Parses the text of a `.wcscfg` (wcs-api §4.4): `key = value` lines; sections are read through, and the last
 * value of a key wins; `#` begins a comment only at the start of a line; double quotes around a whole value
 * are taken off.
 *
 * @param text - the file's text
 * @param name - how to call the file in errors and warnings
 * @throws WcsError `CONFIG` for a boolean that is none
 */
export function parseConfig(text: string, name = '.wcscfg'): WcsConfig {
  requireText('text', text);
  requireText('name', name);
  const config: WcsConfig = { settings: { ...SETTING_DEFAULTS }, extra: {}, warnings: [] };
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (/^\s*(#.*)?$/.test(line) || /^\s*\[[^\]]*\]\s*$/.test(line)) continue;
    const match = /^\s*(\w+)\s*=\s*(.*)$/.exec(line);
    if (!match) {
      config.warnings.push(`${name}, line ${index + 1}: not a setting, ignored`);
      continue;
    }
    const [, key = '', rest = ''] = match;
    const value = rest.trim().replace(/^"(.*)"$/, '$1');
    if (!isSettingName(key)) config.extra[key] = value;
    else if (BOOLEAN_SETTINGS.includes(key)) config.settings[key] = normalizedBoolean(name, key, value);
    else config.settings[key] = value;
  }
  return config;
}

/** Writes settings the way the official tools do: sorted, `key = value`, under `[default]`. */
export function formatConfig(config: { settings: Settings; extra?: Record<string, string> }): string {
  requireObject('config', config);
  const { settings, extra = {} } = config;
  requireObject('settings', settings);
  const entries = Object.entries({ ...extra, ...settings }).sort(([a], [b]) => (a < b ? -1 : 1));
  return `[default]\n${entries.map(([key, value]) => `${key} = ${value}\n`).join('')}`;
}

/**
 * Reads a `.wcscfg`.
 *
 * @param path - default `~/.wcscfg`
 * @throws WcsError `CONFIG` if it is not there, cannot be read, or is wrong
 */
export async function readConfig(path: string = defaultConfigPath()): Promise<WcsConfig> {
  requireText('path', path);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const missing = error.code === 'ENOENT';
    throw new WcsError(
      'CONFIG',
      missing ? `there is no configuration file ${path}` : `cannot read ${path}: ${error.message}`,
      {
        cause: error,
      },
    );
  });
  return parseConfig(text, path);
}

/**
 * Writes a `.wcscfg`, whole or not at all, readable by its owner only. A symbolic link stays one: where it leads, the
 * file is written.
 *
 * @param path - default `~/.wcscfg`
 */
export async function writeConfig(
  config: { settings: Settings; extra?: Record<string, string> },
  path: string = defaultConfigPath(),
): Promise<void> {
  requireObject('config', config);
  requireText('path', path);
  let temporary: string | undefined;
  try {
    const place = await throughLinks(path);
    // A name that nobody can have put a link at, to have the keys written elsewhere.
    temporary = `${place}.${randomBytes(6).toString('hex')}.tmp`;
    await writeFile(temporary, formatConfig(config), { mode: 0o600, flag: 'wx' });
    await rename(temporary, place);
  } catch (error) {
    if (temporary !== undefined) await rm(temporary, { force: true });
    throw new WcsError('CONFIG', `cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
}

function normalizedBoolean(name: string, key: string, value: string): string {
  const parsed = parseBoolean(value);
  if (parsed !== undefined) return parsed ? 'True' : 'False';
  throw new WcsError(
    'CONFIG',
    `${name}: ${key} must be true, yes, on, 1, false, no, off or 0; got ${JSON.stringify(value)}`,
  );
}
