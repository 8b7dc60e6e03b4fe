import { withCluster } from '../../curvecmd/connect.js';
import { curveCommand } from '../../curvecmd/curve-command.js';
import { printListing } from '../../terminal/listing.js';

export const copysets = curveCommand({
  name: 'copysets',
  usage: '',
  minimum: 0,
  maximum: 0,
  summary: 'list the copysets, and what is wrong with them',
  details: `Every chunkserver is asked for its replicas.
`,
  options: [
    { long: 'unhealthy', short: 'u', description: 'only those that something is wrong with' },
    { long: 'patience', argument: 'TIME', description: 'how long a server may be silent; default 3s' },
  ],
  examples: ['copysets', 'copysets --unhealthy --json'],
  async run(context) {
    const { options } = context;
    const asked = { unhealthy: options.has('unhealthy'), patience: options.duration('patience') };
    await withCluster(context, (client, call) =>
      printListing(context.out, client.cluster.copysets({ ...asked, ...call }), {
        headings: ['pool', 'id', 'leader', 'state', 'members'],
        // As wide as addresses are: there may be very many.
        widths: [4, 6, 21, 15],
        row: ({ poolId, copysetId, leader = '-', healthy, problems, peers }) => [
          ...[String(poolId), String(copysetId), leader],
          healthy ? 'healthy' : problems.join('+'),
          peers.join(' '),
        ],
      }),
    );
  },
});
