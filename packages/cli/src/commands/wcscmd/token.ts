import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CliError, usageError } from '../../cli-error.js';
import { ExitCode } from '../../exit-code.js';
import type { CommandContext, WcscmdCommand } from '../../wcscmd/command.js';
import { checkSettings, requireSettings } from '../../wcscmd/load-config.js';
import { policyOf, saveKeyOf } from '../../wcscmd/upload-command.js';
import { parseWcsUrl } from '../../wcscmd/wcs-url.js';

/** The year 1973 in milliseconds; the year 5138 in seconds. */
const NO_SECONDS = 100_000_000_000;

export const token: WcscmdCommand = {
  name: 'token',
  usage: 'upload|manage [SUBJECT [BODY]]',
  minimum: 1,
  maximum: 3,
  summary: 'make a token for somebody else to use',
  details: `token upload signs a put policy: for a bucket, or one key, with the options of put (--overwrite,
--callbackurl, --returnbody and so on) and good for --deadline seconds; or the JSON of --policy FILE, to the
letter. token manage signs one request: PATH is its path with its query, BODY its body, - for stdin.
A management token does not expire. Tokens hold the access key, never the secret one.
`,
  async run(context) {
    const [action, ...operands] = context.operands;
    requireSettings(context.config, ['access_key', 'secret_key']);
    const [target, body] = operands;
    if (action === 'upload' && operands.length <= 1) return upload(context, target);
    if (action === 'manage' && target !== undefined) return manage(context, target, body);
    throw usageError('token takes upload, or manage PATH [BODY]', 'see wcscmd token --help');
  },
};

async function upload(context: CommandContext, target: string | undefined): Promise<void> {
  const { out, options } = context;
  const file = options.get('policy');
  if ((target === undefined) === (file === undefined)) {
    throw usageError('token upload takes wcs://BUCKET[/KEY], or --policy FILE');
  }
  const { policyOf: policyIn, uploadToken } = await import('@curve-wcs/wcs-sdk');
  const policy =
    typeof file === 'string' ? await readPolicy(context, file) : await makePolicy(context, target ?? '');
  const made = uploadToken(keysOf(context), policy);
  const signed = policyIn(made);
  if (out.json) out.value({ token: made, policy: signed, expires: new Date(Number(signed?.deadline)) });
  else out.line(made);
}

async function makePolicy({ config, options }: CommandContext, target: string) {
  const { putPolicy } = await import('@curve-wcs/wcs-sdk');
  checkSettings(config, ['deadline', 'overwrite', 'separate']);
  const { bucket, key } = parseWcsUrl(target);
  const saveKey = saveKeyOf(options, key);
  return putPolicy({
    bucket,
    ...(key === undefined ? {} : { key }),
    expiresIn: Number(config.settings.deadline),
    ...(config.settings.overwrite === '1' ? { overwrite: true } : {}),
    ...policyOf(config),
    ...(saveKey === undefined ? {} : { saveKey }),
  });
}

/** The text of a put policy. It is signed as it is written; without scope or end it would be of no use. */
async function readPolicy({ io }: CommandContext, file: string): Promise<string> {
  const path = resolve(io.cwd, file);
  const read = file === '-' ? stdinText(io) : readFile(path, 'utf8');
  const json = (
    await read.catch(error => {
      throw new CliError(ExitCode.failed, `cannot read ${path}: ${error.message}`, { cause: error });
    })
  ).trim();
  let policy: { scope?: unknown; deadline?: unknown } | null;
  try {
    policy = JSON.parse(json);
  } catch {
    throw usageError(`${file} is no JSON`);
  }
  if (typeof policy?.scope !== 'string') throw usageError(`${file} has no scope: a bucket, or BUCKET:KEY`);
  if (!(Number(policy.deadline) >= NO_SECONDS)) {
    throw usageError(`${file} needs a deadline in milliseconds since 1970`);
  }
  return json;
}

async function manage(context: CommandContext, target: string, body: string | undefined): Promise<void> {
  const { io, out } = context;
  if (!/^(https?:\/\/[^/]+)?\/[\x21-\x7e]*$/i.test(target) || target.includes('#')) {
    throw usageError('PATH is the path and query of a request as it is sent, such as /bucket/list');
  }
  const { managementToken } = await import('@curve-wcs/wcs-sdk');
  const made = managementToken(keysOf(context), target, body === '-' ? await stdinText(io) : body);
  if (out.json) out.value({ token: made, path: target });
  else out.line(made);
}

function stdinText({ stdin, signal }: CommandContext['io']): Promise<string> {
  return text(addAbortSignal(signal, stdin));
}

function keysOf({ config: { settings } }: CommandContext) {
  return { accessKey: settings.access_key, secretKey: settings.secret_key };
}
