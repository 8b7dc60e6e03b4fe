import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { SettingName, UploadOptions, UploadResult, UploadStart } from '@curve-wcs/wcs-sdk';
import { CliError, HintedFailure, usageError } from '../cli-error.js';
import { ExitCode } from '../exit-code.js';
import { shellQuote } from '../shell-quote.js';
import { progressReporter } from '../terminal/progress-reporter.js';
import { count } from '../terminal/quantities.js';
import type { CommandContext } from './command.js';
import { checkSettings, type LoadedConfig } from './load-config.js';
import { openClient } from './open-client.js';
import { parseWcsUrl } from './wcs-url.js';
import type { WcscmdOptionName, WcscmdOptionValues } from './wcscmd-options.js';

/** How `put` and `multiput` differ. */
interface UploadCommand {
  name: 'put' | 'multiput';
  /** Say under which id the upload can be resumed before it can be interrupted. */
  announce: boolean;
  /** What is sent in one form rather than in blocks; the SDK's default if absent. */
  formThreshold?: number;
}

/**
 * Members of the put policy that are settings of the same name, with what each is of no use without: a configuration
 * may well hold the address of notifications for the day that something is to be notified.
 */
const POLICY_SETTINGS = [
  ['returnUrl', 'returnUrl'],
  ['returnBody', 'returnBody'],
  ['callbackUrl', 'callbackUrl'],
  ['callbackBody', 'callbackUrl'],
  ['persistentNotifyUrl', 'persistentOps'],
  ['persistentOps', 'persistentOps'],
  ['contentDetect', 'contentDetect'],
  ['detectNotifyURL', 'contentDetect'],
  ['detectNotifyRule', 'contentDetect'],
  ['hashAlgorithm', 'hashAlgorithm'],
] as const;

/** The source is a folder, of which nothing can be made here. */
export class FolderAsSource extends CliError {
  constructor(name: string) {
    super(ExitCode.usage, `${name} is a folder`, { hint: 'wcscmd put -r uploads folders' });
  }
}

/** Uploads a file or stdin, with progress, resumable where it goes in blocks. */
export async function runUpload(context: CommandContext, command: UploadCommand): Promise<void> {
  const { io, out, config, options, operands } = context;
  const [target = '', file = ''] = operands;
  const { bucket, key } = parseWcsUrl(target);
  const fromStdin = file === '-';
  const saveKey = saveKeyOf(options, key);
  if (fromStdin && key === undefined && saveKey === undefined) {
    throw usageError('an upload from stdin needs a key: wcs://BUCKET/KEY');
  }
  checkSettings(config, ['overwrite', 'separate']);
  const path = resolve(io.cwd, file);
  if (!fromStdin && (await stat(path).catch(() => undefined))?.isDirectory()) throw new FolderAsSource(file);
  await using client = await openClient(context, ['access_key', 'secret_key', 'put_url']);
  const uploadId = fromStdin ? undefined : config.settings.upload_id || undefined;
  let started: UploadStart | undefined;
  const progress = await progressReporter(io, key ?? basename(file), {
    enabled: !out.quiet && !options.has('no-progress'),
  });
  // A pipe has no number of blocks, and cannot be read again.
  const resumeHint = () =>
    started?.blocks === undefined
      ? undefined
      : `resume with: ${resumeCommand(context, command, started.uploadId)}`;

  const upload: UploadOptions = {
    bucket,
    ...(key === undefined ? {} : { key }),
    source: fromStdin ? io.stdin : path,
    ...(config.settings.overwrite === '1' ? { overwrite: true } : {}),
    policy: { ...policyOf(config), ...(saveKey === undefined ? {} : { saveKey }) },
    ...(command.formThreshold === undefined ? {} : { formThreshold: command.formThreshold }),
    ...(options.has('no-verify') ? { verify: false } : {}),
    ...(context.formPart ? { form: context.formPart(key ?? basename(file)) } : {}),
    resume: true,
    ...(uploadId === undefined ? {} : { uploadId }),
    signal: io.signal,
    onStart(start) {
      started = start;
      context.observer?.uploadStarted?.(start);
      if (uploadId !== undefined && start.finishedBlocks === 0) {
        out.notice(`no finished block of upload ${uploadId} is known: it starts from the beginning`);
      } else if (start.finishedBlocks > 0) {
        out.notice(
          `upload ${start.uploadId} goes on: ${start.finishedBlocks} of ${count(start.blocks ?? 0, 'block')} were sent before`,
        );
      }
      if (command.announce) {
        const size = start.blocks === undefined ? '' : `, ${count(start.blocks, 'block')}`;
        out.notice(
          [`upload ID ${start.uploadId}${size}`, resumeHint()].filter(Boolean).join('; if it breaks off, '),
        );
      }
    },
    onProgress: state => progress.update(state),
  };
  try {
    const result = await client.upload(upload);
    progress.stop();
    report(context, result);
  } catch (error) {
    const hint = (await worthResuming(error)) ? resumeHint() : undefined;
    throw hint === undefined ? error : new HintedFailure(error, hint);
  } finally {
    progress.stop();
  }
}

/** The put policy that the settings describe. */
export function policyOf({ settings }: LoadedConfig): NonNullable<UploadOptions['policy']> {
  const isSet = (name: SettingName) => settings[name] !== '';
  const useful = ([name, needed]: readonly [SettingName, SettingName]) => isSet(name) && isSet(needed);
  return {
    ...Object.fromEntries(POLICY_SETTINGS.filter(useful).map(([name]) => [name, settings[name]])),
    ...(settings.separate === '1' ? { separate: 1 as const } : {}),
  };
}

/** The template that the service is to make the key of: it makes none where one is given. */
export function saveKeyOf(options: WcscmdOptionValues, key: string | undefined): string | undefined {
  const template = options.get('savekey');
  if (typeof template !== 'string' || template === '') return undefined;
  if (key !== undefined) throw usageError('give a key or --savekey, not both');
  return template;
}

function report({ out }: CommandContext, result: UploadResult): void {
  out.result(
    {
      bucket: result.bucket,
      key: result.key,
      size: result.size,
      etag: result.etag,
      verified: result.verified
        ? 'yes'
        : result.hash === undefined
          ? 'no'
          : `no, the service's hash is ${result.hash}`,
      'request id': result.requestId,
    },
    result,
  );
}

/** Options that have nothing to do with what is stored where. */
const NOT_REPEATED: ReadonlySet<WcscmdOptionName> = new Set([
  ...(['upload-id', 'json', 'quiet', 'verbose', 'debug', 'no-progress'] as const),
  ...(['legacy-output', 'legacy-exit'] as const),
]);

/** The same command with the id, in the same account and to the same end. */
function resumeCommand(
  { options, operands }: CommandContext,
  { name }: UploadCommand,
  uploadId: string,
): string {
  const given = [...options]
    .filter(([option]) => !NOT_REPEATED.has(option))
    .flatMap(([option, value]) => (value === true ? [`--${option}`] : [`--${option}`, value]));
  const places = operands.map(operand => (operand.startsWith('-') ? `./${operand}` : operand));
  return ['wcscmd', ...given, name, ...places, '--upload-id', uploadId].map(shellQuote).join(' ');
}

/** Not where the upload is over, or its blocks are of no use any more. */
async function worthResuming(error: unknown): Promise<boolean> {
  const { WcsError } = await import('@curve-wcs/wcs-sdk');
  if (!(error instanceof WcsError)) return true;
  const final = [
    'OBJECT_EXISTS',
    'CALLBACK_FAILED',
    'SOURCE_CHANGED',
    'CHECKSUM_MISMATCH',
    'BLOCKS_MISSING',
    'INVALID_CTX',
    'TOO_LARGE',
  ];
  return !final.includes(error.code);
}
