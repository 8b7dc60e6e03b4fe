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
      accounts: string[];
      accountsFile: string | undefined;
      strict: boolean;
      allowedHosts: string[];
      outboundHosts: string[];
      corsOrigins: string[];
      mirrors: string[];
      maxUnpackedBytes: number | undefined;
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
  --account AK:SK[:BUCKET,…]
                      an account, and the buckets it owns (default: all); can be repeated, in place of the two above
  --accounts-file FILE
                      accounts in JSON, as of the option credentials; only its owner should be able to read it
  --bucket NAME       a bucket that is to exist; can be repeated (default: demo, unless an
                      account names one)
  --strict            refuse what the documents do not know
  --loose             ignore it, as the service does (the default)
  --allowed-host NAME
                      a name under which it may be spoken to, besides addresses, names of this machine and those
                      without a dot; can be repeated; any is all
  --outbound-host HOST
                      a host besides this machine that it may send requests to; can be repeated; any is all
  --cors-origin ORIGIN
                      pages of which origin, besides this machine's, may use it; can be repeated; any is all
  --mirror BUCKET=URL where prefetch has the objects of a bucket from; can be repeated
  --max-unpacked-bytes N
                      how much an archive that is unpacked may come to (default: 1 GiB)
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
        account: { type: 'string', multiple: true, default: [] },
        'accounts-file': { type: 'string' },
        strict: { type: 'boolean', default: false },
        loose: { type: 'boolean', default: false },
        'allowed-host': { type: 'string', multiple: true, default: [] },
        'outbound-host': { type: 'string', multiple: true, default: [] },
        'cors-origin': { type: 'string', multiple: true, default: [] },
        mirror: { type: 'string', multiple: true, default: [] },
        'max-unpacked-bytes': { type: 'string' },
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
    const maxUnpacked = values['max-unpacked-bytes'];
    if (maxUnpacked !== undefined && !/^\d{1,15}$/.test(maxUnpacked)) {
      return { kind: 'misused', message: `--max-unpacked-bytes ${maxUnpacked} is not a number of bytes` };
    }
    const problem = contradiction(values);
    if (problem !== undefined) return { kind: 'misused', message: problem };
    return {
      kind: 'serve',
      dataDir: values['data-dir'],
      host: values.host,
      port: values.port === undefined ? undefined : Number(values.port),
      accessKey: values['access-key'],
      secretKey: values['secret-key'],
      buckets: values.bucket,
      accounts: values.account,
      accountsFile: values['accounts-file'],
      strict: values.strict,
      allowedHosts: values['allowed-host'],
      outboundHosts: values['outbound-host'],
      corsOrigins: values['cors-origin'],
      mirrors: values.mirror,
      maxUnpackedBytes: maxUnpacked === undefined ? undefined : Number(maxUnpacked),
      load: values.load,
      ffprobe: values.ffprobe,
      ffmpeg: values.ffmpeg,
    };
  } catch (error) {
    return { kind: 'misused', message: error instanceof Error ? error.message : String(error) };
  }
}

/** What cannot be said at the same time. */
function contradiction(values: {
  strict: boolean;
  loose: boolean;
  account: string[];
  'accounts-file'?: string;
  'access-key'?: string;
  'secret-key'?: string;
}): string | undefined {
  if (values.strict && values.loose) return '--strict and --loose exclude each other';
  const single = values['access-key'] !== undefined || values['secret-key'] !== undefined;
  const several = values.account.length > 0 || values['accounts-file'] !== undefined;
  if (single && several) return '--access-key and --secret-key exclude --account and --accounts-file';
  return undefined;
}
