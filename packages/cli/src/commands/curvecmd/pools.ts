import { withCluster } from '../../curvecmd/connect.js';
import { curveCommand } from '../../curvecmd/curve-command.js';
import { printListing } from '../../terminal/listing.js';

export const pools = curveCommand({
  name: 'pools',
  usage: '',
  minimum: 0,
  maximum: 0,
  summary: 'list the pools of the cluster',
  details: '',
  options: [],
  examples: ['pools'],
  async run(context) {
    const found = await withCluster(context, (client, call) => client.cluster.pools(call));
    await printListing(context.out, found, {
      headings: ['id', 'copysets', 'replicas', 'zones', 'allocates', 'physical pool', 'poolset', 'name'],
      row: ({ id, copysets, replicas, zones, allocates, physicalPool, poolset, name }) => [
        ...[id, copysets, replicas, zones].map(String),
        allocates ? 'yes' : 'no',
        physicalPool.name,
        poolset.name,
        name,
      ],
    });
  },
});
