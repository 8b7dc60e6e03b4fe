import { withCluster } from '../../curvecmd/connect.js';
import { curveCommand } from '../../curvecmd/curve-command.js';
import { printListing } from '../../terminal/listing.js';

export const clients = curveCommand({
  name: 'clients',
  usage: '[VOLUME]',
  minimum: 0,
  maximum: 1,
  summary: 'list who has volumes open',
  details: `All clients that have any volume open and have registered a port, or those of one volume.
`,
  options: [],
  examples: ['clients', 'clients /vol1'],
  async run(context) {
    const [path] = context.operands;
    const found = await withCluster(context, (client, call) =>
      path === undefined ? client.cluster.clients(call) : client.mounts(path, call),
    );
    await printListing(context.out, found, {
      headings: ['port', 'address'],
      row: ({ ip, port }) => [String(port), ip],
    });
  },
});
