import { withClient } from '../../curvecmd/connect.js';
import { curveCommand } from '../../curvecmd/curve-command.js';

export const clusterId = curveCommand({
  name: 'cluster-id',
  usage: '',
  minimum: 0,
  maximum: 0,
  summary: "print the cluster's id",
  details: '',
  options: [],
  examples: ['cluster-id'],
  async run(context) {
    const { out } = context;
    const id = await withClient(context, (client, call) => client.clusterId(call));
    if (out.json) out.value({ clusterId: id });
    else out.line(id);
  },
});
