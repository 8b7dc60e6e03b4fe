import { withClient } from '../../curvecmd/connect.js';
import { curveCommand } from '../../curvecmd/curve-command.js';

export const mv = curveCommand({
  name: 'mv',
  usage: 'VOLUME PATH',
  minimum: 2,
  maximum: 2,
  summary: 'rename or move a volume',
  details: `A volume that is at PATH already goes into the trash. Neither may be open; directories cannot be renamed.
`,
  options: [],
  examples: ['mv /vol1 /archive/vol1'],
  async run(context) {
    const { out, operands } = context;
    const [from = '', to = ''] = operands;
    await withClient(context, (client, call) => client.rename(from, to, call));
    out.done(`${from} is ${to} now`, { from, to });
  },
});
