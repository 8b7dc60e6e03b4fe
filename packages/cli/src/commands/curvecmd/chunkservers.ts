import { withCluster } from '../../curvecmd/connect.js';
import { curveCommand } from '../../curvecmd/curve-command.js';
import { printListing } from '../../terminal/listing.js';
import { formatBytes } from '../../terminal/quantities.js';

export const chunkservers = curveCommand({
  name: 'chunkservers',
  usage: '',
  minimum: 0,
  maximum: 0,
  summary: 'list the chunkservers, with their disks and copysets',
  details: `Their state is what the MDS thinks of it, which it changes only after it has missed heartbeats for a while;
curvecmd status asks them themselves. A chunkserver whose space has run out ends itself.
`,
  options: [{ long: 'bytes', short: 'b', description: 'sizes in bytes on a terminal, too' }],
  examples: ['chunkservers', 'chunkservers --json'],
  async run(context) {
    const { out, options } = context;
    const size = (bytes = Number.NaN) => {
      if (Number.isNaN(bytes)) return '-';
      return options.has('bytes') || !out.tabular ? String(bytes) : formatBytes(bytes);
    };
    await withCluster(context, (client, call) =>
      printListing(out, client.cluster.chunkservers(call), {
        headings: ['id', 'state', 'use', 'disk', 'copysets', 'leads', 'space', 'used', 'left', 'address'],
        row: ({ id, state, use, disk, copysets = '-', leaders = '-', space, address }) => [
          String(id),
          state,
          use,
          disk.healthy ? disk.type : `${disk.type}, failed`,
          String(copysets),
          String(leaders),
          ...[space?.total, space?.used, space?.left].map(size),
          address,
        ],
      }),
    );
  },
});
