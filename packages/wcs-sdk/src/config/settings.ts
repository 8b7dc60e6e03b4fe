import { requireText } from '../check-arguments.js';

/**
 * Every setting of `.wcscfg`, with its default as the file writes it (wcs-api §4.4). All are text; the numbers
 * and booleans among them become such in {@link clientOptionsOf}.
 */
export const SETTING_DEFAULTS = {
  /** Names the key pair. */
  access_key: '',
  /** Bytes in a block of a block upload: a positive multiple of 4,194,304. */
  block_size: '4194304',
  /** Extra attempts of a chunk. */
  bput_retries: '3',
  /** Bytes sent in one request of a block upload. */
  bput_size: '4194304',
  /** Put policy: template of the callback. */
  callbackBody: '',
  /** Put policy: where the callback goes. */
  callbackUrl: '',
  /** Blocks sent at the same time; 0 is one after the other. */
  concurrency: '4',
  /** Extra attempts of a request. */
  connection_retries: '3',
  /** Seconds to wait for a sign of life. */
  connection_timeout: '40',
  /** Put policy: content moderation. */
  contentDetect: '',
  /** Lifetime of an upload token in seconds. */
  deadline: '7200',
  /** Put policy: which moderation results to notify. */
  detectNotifyRule: '',
  /** Put policy: where moderation results go. */
  detectNotifyURL: '',
  /** 1 runs processing again that has run before. */
  force: '0',
  /** Put policy: a further hash to compute. */
  hashAlgorithm: '',
  /** Whether addresses without scheme are asked by https. */
  ishttps: 'False',
  /** Whether TLS certificates are checked. */
  isverify: 'True',
  /** Whether connections are kept; always so here. */
  keepalive: 'False',
  /** Objects in a page of a listing. */
  limit: '1000',
  /** Where a listing goes on. */
  marker: '',
  /** Management domain. */
  mgr_url: '',
  /** Extra attempts of a block. */
  mkblk_retries: '3',
  /** Extra attempts to join the blocks. */
  mkfile_retries: '3',
  /** How a listing treats folders: 0, 1, or 3 for not at all. */
  mode: '3',
  /** Where results of processing go. */
  notifyurl: '',
  /** Object that receives the list of what deletePrefix deleted: `bucket:key`. */
  output: '',
  /** Put policy: 1 replaces an existing object. */
  overwrite: '0',
  /** Put policy: where results of processing go. */
  persistentNotifyUrl: '',
  /** Put policy: processing after the upload. */
  persistentOps: '',
  /** Prefix of a listing. */
  prefix: '',
  /** Upload domain. */
  put_url: '',
  /** Put policy: template of the answer. */
  returnBody: '',
  /** Put policy: where a form upload is redirected. */
  returnUrl: '',
  /** Signs tokens. */
  secret_key: '',
  /** 1 notifies for each command. */
  separate: '0',
  /** Folder of the records of unfinished uploads. */
  tmp_record_folder: '/tmp/multipart/',
  /** Ceiling of the service's speed; 0 is none. */
  traffic_limit: '0',
  /** Id of the upload to resume. */
  upload_id: '',
} as const satisfies Record<string, string>;

/** Name of a setting of `.wcscfg`. */
export type SettingName = keyof typeof SETTING_DEFAULTS;

/** All settings of a `.wcscfg`, as text. */
export type Settings = Record<SettingName, string>;

/** Settings that are `True` or `False` in the file. */
export const BOOLEAN_SETTINGS: readonly SettingName[] = ['ishttps', 'isverify', 'keepalive'];

/** Whether a name is a setting that the official tools know. */
export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTING_DEFAULTS, name);
}

/** Reads a boolean as the official tools do; undefined if it is none. */
export function parseBoolean(text: string): boolean | undefined {
  requireText('text', text);
  if (/^(true|yes|on|1)$/i.test(text)) return true;
  if (/^(false|no|off|0)$/i.test(text)) return false;
  return undefined;
}

/** Reads a whole number as the official tools do, with Python's `int`; undefined if it is none. */
export function parseInteger(text: string): number | undefined {
  requireText('text', text);
  const digits = text.trim();
  if (!/^[+-]?\d+(_\d+)*$/.test(digits)) return undefined;
  const number = Number(digits.replaceAll('_', ''));
  return Number.isSafeInteger(number) ? number : undefined;
}
