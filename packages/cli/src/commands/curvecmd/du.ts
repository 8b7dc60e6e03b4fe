import type { CallOptions, CurveClient, FileInfo } from '@curve-wcs/curve-sdk';
import { withClient } from '../../curvecmd/connect.js';
import { curveCommand } from '../../curvecmd/curve-command.js';
import { printListing } from '../../terminal/listing.js';
import { formatBytes } from '../../terminal/quantities.js';

/** What a line of `du` is about. */
interface Taken {
  path: string;
  kind: FileInfo['kind'];
  length: number;
  allocated: number;
}

export const du = curveCommand({
  name: 'du',
  usage: '[PATH]',
  minimum: 0,
  maximum: 1,
  summary: 'show the space that volumes and directories take',
  details: `What is in a directory, each entry with all below it, and then the whole. PATH is / by default, which
only root may list. Space counts once, however many replicas there are.
`,
  options: [{ long: 'bytes', short: 'b', description: 'sizes in bytes on a terminal, too' }],
  examples: ['du /team', 'du / --user root --password-file ~/.curve-root'],
  async run(context) {
    const { out, options, operands } = context;
    const [path = '/'] = operands;
    const size = (bytes: number) =>
      options.has('bytes') || !out.tabular ? String(bytes) : formatBytes(bytes);
    await withClient(context, (client, call) =>
      printListing(out, takenBelow(client, path, call), {
        headings: ['allocated', 'length', 'path'],
        row: ({ path: at, kind, length, allocated }) => [
          ...[size(allocated), size(length)],
          kind === 'directory' && at !== '/' ? `${at}/` : at,
        ],
      }),
    );
  },
});

async function* takenBelow(client: CurveClient, path: string, call: CallOptions): AsyncGenerator<Taken> {
  const taken = async (at: string, kind: FileInfo['kind']): Promise<Taken> => {
    const { length, allocated } = await client.usage(at, call);
    return { path: at, kind, length, allocated };
  };
  const { kind } = await client.stat(path, call);
  if (kind === 'directory')
    for await (const entry of client.list(path, call)) yield taken(entry.path, entry.kind);
  yield taken(path, kind);
}
