import type { SettingName } from '@curve-wcs/wcs-sdk';
import type { OptionDefinition } from '../options/option-definition.js';
import { COMMAND_OPTIONS } from './command-options.js';

/** An option of `wcscmd`: of every command, as the official tool has it. */
interface WcscmdOption extends OptionDefinition {
  /** The setting that the option's value stands in for. */
  readonly setting?: SettingName;
  /** The commands to which an option of the official tool means something; the others take it as well. */
  readonly heededBy?: readonly string[];
}

/** What uploads. */
const UPLOADS = ['put', 'multiput', 'sync', 'token'] as const;

/** What starts a background job. */
const JOBS = ['fops', 'deletePrefix'] as const;

/** All options. Those without `addition` are the official tool's. */
export const WCSCMD_OPTIONS = [
  {
    long: 'help',
    short: 'h',
    immediate: true,
    description: 'print help; after a command, the help of that command',
  },
  { long: 'version', immediate: true, addition: true, description: 'print the version' },
  { long: 'configure', description: 'ask for the settings and save them' },
  {
    long: 'config',
    short: 'c',
    argument: 'FILE',
    description: 'configuration file; default $WCS_CONFIG, then ~/.wcscfg',
  },
  {
    long: 'profile',
    argument: 'NAME',
    addition: true,
    description: 'configuration file ~/.wcscfg-NAME; default $WCS_PROFILE',
  },
  { long: 'dump-config', description: 'print the settings in force, options included' },
  {
    long: 'show-secrets',
    addition: true,
    description: 'let --dump-config and --configure show the secret key',
  },
  { long: 'ssl', short: 's', description: 'use https for addresses that name no scheme' },
  { long: 'json', addition: true, description: 'print results as JSON' },
  { long: 'quiet', addition: true, description: 'print results and errors only' },
  { long: 'no-progress', addition: true, description: 'draw no progress bar' },
  {
    long: 'no-verify',
    heededBy: ['put', 'multiput', 'get', 'cat', 'sync'],
    addition: true,
    description: 'do not compare checksums of what is transferred',
  },
  { long: 'verbose', addition: true, description: 'print details for finding faults' },
  {
    long: 'legacy-output',
    addition: true,
    description: 'say what the official tool says, on stderr as it does',
  },
  { long: 'legacy-exit', addition: true, description: "end with the official tool's exit status" },
  { long: 'debug', argument: 'LEVEL', description: 'the same as --verbose, unless LEVEL is 0' },
  {
    long: 'upload-id',
    heededBy: ['put', 'multiput'],
    argument: 'ID',
    setting: 'upload_id',
    description: 'resume this upload',
  },
  {
    long: 'limit',
    heededBy: ['list', 'listall'],
    argument: 'N',
    setting: 'limit',
    description: 'objects in a listing, 1 to 1000',
  },
  {
    long: 'prefix',
    heededBy: ['list', 'listall'],
    argument: 'TEXT',
    setting: 'prefix',
    description: 'list keys that begin like this; with --mode, this folder',
  },
  {
    long: 'mode',
    heededBy: ['list', 'listall'],
    argument: 'N',
    setting: 'mode',
    description: 'list one folder level: 0 files first, 1 folders first',
  },
  {
    long: 'marker',
    heededBy: ['list', 'listall'],
    argument: 'MARKER',
    setting: 'marker',
    description: 'list from where an earlier page ended',
  },
  {
    long: 'format',
    argument: 'json|python',
    addition: true,
    commands: ['list', 'listall'],
    description: 'what list and listall write to RESFILE; default json',
  },
  { long: 'relevance', heededBy: ['setdeadline'], description: 'setdeadline: also the segments of an .m3u8' },
  {
    long: 'output',
    heededBy: ['deletePrefix'],
    argument: 'BUCKET:KEY',
    setting: 'output',
    description: 'object that gets the result of a job',
  },
  {
    long: 'notify',
    heededBy: JOBS,
    argument: 'URL',
    setting: 'notifyurl',
    description: 'address that hears of the result of a job',
  },
  {
    long: 'separate',
    heededBy: [...JOBS, ...UPLOADS],
    argument: '0|1',
    setting: 'separate',
    description: '1 notifies for each operation, 0 once for all',
  },
  {
    long: 'force',
    heededBy: JOBS,
    argument: '0|1',
    setting: 'force',
    description: '1 lets a job run again',
  },
  {
    long: 'overwrite',
    heededBy: ['put', 'multiput', 'token'],
    argument: '0|1',
    setting: 'overwrite',
    description: '1 replaces an object that exists',
  },
  {
    long: 'returnurl',
    heededBy: UPLOADS,
    argument: 'URL',
    setting: 'returnUrl',
    description: 'where the service redirects after an upload',
  },
  {
    long: 'returnbody',
    heededBy: UPLOADS,
    argument: 'TEMPLATE',
    setting: 'returnBody',
    description: 'what the service answers to an upload',
  },
  {
    long: 'callbackurl',
    heededBy: UPLOADS,
    argument: 'URL',
    setting: 'callbackUrl',
    description: 'address that the service calls after an upload',
  },
  {
    long: 'callbackbody',
    heededBy: UPLOADS,
    argument: 'TEMPLATE',
    setting: 'callbackBody',
    description: 'what it sends there',
  },
  {
    long: 'persistentntyurl',
    heededBy: UPLOADS,
    argument: 'URL',
    setting: 'persistentNotifyUrl',
    description: 'address that hears of the result of --persistentops',
  },
  {
    long: 'persistentops',
    heededBy: UPLOADS,
    argument: 'FOPS',
    setting: 'persistentOps',
    description: 'processing after an upload',
  },
  {
    long: 'contentdetect',
    heededBy: UPLOADS,
    argument: 'KIND',
    setting: 'contentDetect',
    description: 'moderation after an upload, such as imagePorn',
  },
  {
    long: 'detectntyurl',
    heededBy: UPLOADS,
    argument: 'URL',
    setting: 'detectNotifyURL',
    description: 'address that hears of its result',
  },
  {
    long: 'detectntyrule',
    heededBy: UPLOADS,
    argument: 'RULE',
    setting: 'detectNotifyRule',
    description: 'which results it hears of',
  },
  {
    long: 'hashalgorithm',
    heededBy: UPLOADS,
    argument: 'NAME',
    setting: 'hashAlgorithm',
    description: 'further checksum of an upload, such as crc64ecma',
  },
  {
    long: 'deadline',
    heededBy: UPLOADS,
    argument: 'SECONDS',
    setting: 'deadline',
    description: 'how long an upload may take to be allowed',
  },
  {
    long: 'startdate',
    heededBy: ['bucketstat'],
    argument: 'YYYY-MM-DD',
    description: 'first day of statistics',
  },
  {
    long: 'enddate',
    heededBy: ['bucketstat'],
    argument: 'YYYY-MM-DD',
    description: 'last day of statistics',
  },
  {
    long: 'islistdetails',
    heededBy: ['bucketstat'],
    argument: 'true|false',
    description: 'statistics with the values of each day',
  },
  {
    long: 'storagetype',
    heededBy: ['bucketstat'],
    argument: 'CLASS',
    description: 'storage class of statistics',
  },
  {
    long: 'traffic_limit',
    heededBy: ['put', 'multiput', 'get', 'cat', 'sync'],
    argument: 'N',
    setting: 'traffic_limit',
    description: 'ceiling that the service sets to the speed; 0 for none',
  },
  ...COMMAND_OPTIONS,
] as const satisfies readonly WcscmdOption[];

/** Name of an option. */
export type WcscmdOptionName = (typeof WCSCMD_OPTIONS)[number]['long'];

/** Values of the options that were given. */
export type WcscmdOptionValues = ReadonlyMap<WcscmdOptionName, string | true>;

/** Puts the values of options in the place of settings. As in the official tool, an empty value is none. */
export function applyOptions(settings: Record<SettingName, string>, values: WcscmdOptionValues): void {
  for (const option of WCSCMD_OPTIONS) {
    const value = values.get(option.long);
    if ('setting' in option && typeof value === 'string' && value !== '') settings[option.setting] = value;
  }
  if (values.has('ssl')) settings.ishttps = 'True';
}

/** The options that say something: as in the official tool, an empty value is none. */
export function givenValues(values: WcscmdOptionValues): WcscmdOptionValues {
  return new Map([...values].filter(([, value]) => value !== ''));
}
