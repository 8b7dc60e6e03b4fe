import { parseArgs } from 'node:util';

/** What the command line asks for. */
export type Command =
  | { kind: 'help' }
  | { kind: 'version' }
  | {
      kind: 'serve';
      dataDir: string | undefined;
      host: string | undefined;
      port: number | undefined;
      accessKey: string | undefined;
      secretKey: string | undefined;
      buckets: string[];
      outboundHosts: string[];
      load: string | undefined;
      ffprobe: string | undefined;
      ffmpeg: string | undefined;
    }
  /** The command line makes no sense. */
  | { kind: 'misused'; message: string };

/** The text of `--help`. */
export const help = `Usage: wcs-emulator [options]

Serves a WCS-compatible object storage from a folder, and prints a .wcscfg for it.

Options:
  --data-dir FOLDER   keep the data there (default: a temporary folder, removed at the end)
  --port PORT         listen on this port (default: 0, any that is free)
  --host ADDRESS      listen on this address (default: 127.0.0.1)
  --access-key KEY    the account's access key (default: wcs-emulator)
  --secret-key KEY    its secret key (default: made once, and kept in the data folder)
  --bucket NAME       a bucket that is to exist; can be repeated (default: demo)
  --outbound-host HOST
                      a host besides this machine that it may send requests to; can be repeated; any is all
  --load FILE         JSON with what image detection finds and which live recordings there are
  --ffprobe PROGRAM   describes audio and video (default: ffprobe)
  --ffmpeg PROGRAM    converts audio and video (default: none)
  --help              print this text
  --version           print the version
`;

/** Reads the arguments, without those of Node.js itself. */
export function parseArguments(args: readonly string[]): Command {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        'data-dir': { type: 'string' },
        port: { type: 'string' },
        host: { type: 'string' },
        'access-key': { type: 'string' },
        'secret-key': { type: 'string' },
        bucket: { type: 'string', multiple: true, default: [] },
        'outbound-host': { type: 'string', multiple: true, default: [] },
        load: { type: 'string' },
        ffprobe: { type: 'string' },
        ffmpeg: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
        version: { type: 'boolean', short: 'v', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    if (values.version) return { kind: 'version' };
    if (values.port !== undefined && !/^\d{1,5}$/.test(values.port)) {
      return { kind: 'misused', message: `--port ${values.port} is not a port` };
    }
    return {
      kind: 'serve',
      dataDir: values['data-dir'],
      host: values.host,
      port: values.port === undefined ? undefined : Number(values.port),
      accessKey: values['access-key'],
      secretKey: values['secret-key'],
      buckets: values.bucket,
      outboundHosts: values['outbound-host'],
      load: values.load,
      ffprobe: values.ffprobe,
      ffmpeg: values.ffmpeg,
    };
  } catch (error) {
    return { kind: 'misused', message: error instanceof Error ? error.message : String(error) };
  }
}
