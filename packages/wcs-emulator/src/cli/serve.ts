import type { WcsEmulatorOptions } from '../options.js';
import { startWcsEmulator, type WcsEmulator } from '../start-wcs-emulator.js';
import { readDataFile } from './data-file.js';
import type { Command } from './parse-arguments.js';
import { ensureSecretKey, makeSecretKey } from './secret-key.js';

type ServeCommand = Extract<Command, { kind: 'serve' }>;

/** Starts the emulator that a command line describes. */
export async function serve(command: ServeCommand): Promise<WcsEmulator> {
  const { dataDir, host, port, accessKey, buckets, outboundHosts, load, ffprobe, ffmpeg } = command;
  const secretKey =
    command.secretKey ?? (dataDir === undefined ? makeSecretKey() : await ensureSecretKey(dataDir));
  const options: WcsEmulatorOptions = { secretKey, buckets: buckets.length > 0 ? buckets : ['demo'] };
  if (dataDir !== undefined) options.dataDir = dataDir;
  if (host !== undefined) options.host = host;
  if (port !== undefined) options.port = port;
  if (accessKey !== undefined) options.accessKey = accessKey;
  if (ffprobe !== undefined) options.ffprobe = ffprobe;
  if (ffmpeg !== undefined) options.ffmpeg = ffmpeg;
  options.outboundHosts = outboundHosts.includes('any') ? 'any' : outboundHosts;
  if (load !== undefined) Object.assign(options, await readDataFile(load));
  return startWcsEmulator(options);
}

/** What is printed once it listens: a whole `.wcscfg`, with all else in its comments. */
export function announcement({ url, dataDir, clientConfig }: WcsEmulator): string {
  return `# WCS emulator at ${url}, data in ${dataDir}\n${clientConfig}`;
}
