import { withClient } from '../../curvecmd/connect.js';
import { curveCommand } from '../../curvecmd/curve-command.js';

export const mkdir = curveCommand({
  name: 'mkdir',
  usage: 'PATH...',
  minimum: 1,
  maximum: Number.POSITIVE_INFINITY,
  summary: 'make directories',
  details: '',
  options: [
    {
      long: 'parents',
      short: 'p',
      description: 'also those on the way that are missing; one that is there is no failure',
    },
  ],
  examples: ['mkdir /team', 'mkdir -p /team/project/images'],
  async run(context) {
    const { out, options, operands } = context;
    const recursive = options.has('parents');
    await withClient(context, async (client, call) => {
      for (const path of operands) {
        await client.mkdir(path, { recursive, ...call });
        out.done(`${path} is made`, { path, made: true });
      }
    });
  },
});
