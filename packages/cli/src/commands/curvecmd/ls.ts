import type { CallOptions, CurveClient, FileInfo } from '@curve-wcs/curve-sdk';
import { RECURSIVE } from '../../curvecmd/common-options.js';
import { withClient } from '../../curvecmd/connect.js';
import { curveCommand } from '../../curvecmd/curve-command.js';
import { printListing } from '../../terminal/listing.js';
import { formatBytes, formatTime } from '../../terminal/quantities.js';

const BIN = '/RecycleBin';

export const ls = curveCommand({
  name: 'ls',
  usage: '[PATH]',
  minimum: 0,
  maximum: 1,
  summary: 'list a directory',
  details: `Directories end in /. PATH is / by default, which only root may list. In pipes columns are separated by
tabs, and sizes are bytes.
`,
  options: [
    { long: 'long', short: 'l', description: 'also kind, owner, length, time of creation and status' },
    RECURSIVE,
    { long: 'bytes', short: 'b', description: 'sizes in bytes on a terminal, too' },
  ],
  examples: ['ls /team', 'ls -lr / --user root --password-file ~/.curve-root', 'ls /team --json'],
  async run(context) {
    const { io, out, options, operands } = context;
    const [path = '/'] = operands;
    const recursive = options.has('recursive');
    const exact = options.has('bytes') || !io.stdout.isTTY;
    const nameOf = (info: FileInfo) => `${recursive ? info.path : info.name}${isDirectory(info) ? '/' : ''}`;
    const rowOf = (info: FileInfo) => [
      info.kind,
      info.owner,
      exact ? String(info.length) : formatBytes(info.length),
      formatTime(info.createdAt),
      info.status,
      nameOf(info),
    ];
    await withClient(context, (client, call) =>
      printListing(out, entriesOf(client, path, recursive, call), {
        headings: options.has('long') ? ['kind', 'owner', 'length', 'created', 'status', 'name'] : [],
        row: options.has('long') ? rowOf : info => [nameOf(info)],
      }),
    );
  },
});

async function* entriesOf(
  client: CurveClient,
  path: string,
  recursive: boolean,
  call: CallOptions,
): AsyncGenerator<FileInfo> {
  const { CurveError } = await import('@curve-wcs/curve-sdk');
  try {
    for await (const entry of client.list(path, call)) {
      yield entry;
      if (recursive && isDirectory(entry) && entry.path !== BIN) {
        yield* entriesOf(client, entry.path, recursive, call);
      }
    }
  } catch (error) {
    // A volume is listed as itself.
    if (!(error instanceof CurveError && error.status === 'kNotDirectory' && error.path === path))
      throw error;
    yield client.stat(path, call);
  }
}

function isDirectory({ kind }: FileInfo): boolean {
  return kind === 'directory';
}
