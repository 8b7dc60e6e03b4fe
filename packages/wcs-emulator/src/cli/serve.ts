import { WcsEmulatorError } from '../errors.js';
import type { WcsEmulatorOptions } from '../options.js';
import { startWcsEmulator, type WcsEmulator } from '../start-wcs-emulator.js';
import { parseAccount, readAccountsFile } from './accounts.js';
import { readDataFile } from './data-file.js';
import type { Command } from './parse-arguments.js';
import { ensureSecretKey, makeSecretKey } from './secret-key.js';

type ServeCommand = Extract<Command, { kind: 'serve' }>;

/** Starts the emulator that a command line describes. */
export async function serve(command: ServeCommand): Promise<WcsEmulator> {
  const { dataDir, host, port, buckets, strict, outboundHosts, maxUnpackedBytes, load, ffprobe, ffmpeg } =
    command;
  const accounts = await accountOptions(command);
  const named = buckets.length > 0 || accounts.credentials?.some(account => account.buckets !== undefined);
  const options: WcsEmulatorOptions = {
    ...accounts,
    buckets: named ? buckets : ['demo'],
    strict,
    allowedHosts: command.allowedHosts.includes('any') ? 'any' : command.allowedHosts,
    outboundHosts: outboundHosts.includes('any') ? 'any' : outboundHosts,
    corsOrigins: command.corsOrigins.includes('any') ? 'any' : command.corsOrigins,
    mirrorOrigins: Object.fromEntries(command.mirrors.map(parseMirror)),
  };
  if (dataDir !== undefined) options.dataDir = dataDir;
  if (host !== undefined) options.host = host;
  if (port !== undefined) options.port = port;
  if (maxUnpackedBytes !== undefined) options.maxUnpackedBytes = maxUnpackedBytes;
  if (ffprobe !== undefined) options.ffprobe = ffprobe;
  if (ffmpeg !== undefined) options.ffmpeg = ffmpeg;
  if (load !== undefined) Object.assign(options, await readDataFile(load));
  return startWcsEmulator(options);
}

/** Reads `BUCKET=URL`. */
function parseMirror(text: string): [bucket: string, url: string] {
  const [bucket, ...url] = text.split('=');
  if (!bucket || url.length === 0) {
    throw new WcsEmulatorError('INVALID_OPTION', `a mirror is written BUCKET=URL, not ${text}`);
  }
  return [bucket, url.join('=')];
}

async function accountOptions({
  accounts,
  accountsFile,
  accessKey,
  secretKey,
  dataDir,
}: ServeCommand): Promise<WcsEmulatorOptions> {
  const credentials = [
    ...accounts.map(parseAccount),
    ...(accountsFile === undefined ? [] : await readAccountsFile(accountsFile)),
  ];
  if (accounts.length > 0 || accountsFile !== undefined) return { credentials };
  const made = secretKey ?? (dataDir === undefined ? makeSecretKey() : await ensureSecretKey(dataDir));
  return { secretKey: made, ...(accessKey !== undefined && { accessKey }) };
}

/** What is printed once it listens: a whole `.wcscfg`, with all else in its comments. */
export function announcement({ url, dataDir, clientConfig }: WcsEmulator): string {
  return `# WCS emulator at ${url}, data in ${dataDir}\n${clientConfig}`;
}
