import { withCluster } from '../../curvecmd/connect.js';
import { curveCommand } from '../../curvecmd/curve-command.js';
import { printListing } from '../../terminal/listing.js';

export const servers = curveCommand({
  name: 'servers',
  usage: '',
  minimum: 0,
  maximum: 0,
  summary: 'list the machines of the cluster, zone by zone',
  details: '',
  options: [],
  examples: ['servers'],
  async run(context) {
    await withCluster(context, (client, call) =>
      printListing(context.out, client.cluster.servers(call), {
        headings: ['id', 'zone', 'physical pool', 'internal', 'external', 'name'],
        row: ({ id, zone, physicalPool, internalAddress, externalAddress, name }) => [
          ...[String(id), zone.name, physicalPool.name, internalAddress, externalAddress, name],
        ],
      }),
    );
  },
});
