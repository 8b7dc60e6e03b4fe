/**
 * Every setting of `.wcscfg`, with its default as the file writes it (wcs-api §4.4). All are text; the numbers
 * and booleans among them become such in {@link clientOptionsOf}.
 */
export const SETTING_DEFAULTS = {
  access_key: '',
  block_size: '4194304',
  bput_retries: '3',
  bput_size: '4194304',
  callbackBody: '',
  callbackUrl: '',
  concurrency: '4',
  connection_retries: '3',
  connection_timeout: '40',
  contentDetect: '',
  deadline: '7200',
  detectNotifyRule: '',
  detectNotifyURL: '',
  force: '0',
  hashAlgorithm: '',
  ishttps: 'False',
  isverify: 'True',
  keepalive: 'False',
  limit: '1000',
  marker: '',
  mgr_url: '',
  mkblk_retries: '3',
  mkfile_retries: '3',
  mode: '3',
  notifyurl: '',
  output: '',
  overwrite: '0',
  persistentNotifyUrl: '',
  persistentOps: '',
  prefix: '',
  put_url: '',
  returnBody: '',
  returnUrl: '',
  secret_key: '',
  separate: '0',
  tmp_record_folder: '/tmp/multipart/',
  traffic_limit: '0',
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
  if (/^(true|yes|on|1)$/i.test(text)) return true;
  if (/^(false|no|off|0)$/i.test(text)) return false;
  return undefined;
}
