import { withClient } from '../../curvecmd/connect.js';
import { curveCommand } from '../../curvecmd/curve-command.js';

export const rmdir = curveCommand({
  name: 'rmdir',
  usage: 'PATH...',
  minimum: 1,
  maximum: Number.POSITIVE_INFINITY,
  summary: 'remove empty directories',
  details: '',
  options: [],
  examples: ['rmdir /team/old'],
  async run(context) {
    const { out, operands } = context;
    await withClient(context, async (client, call) => {
      for (const path of operands) {
        await client.rmdir(path, call);
        out.done(`${path} is removed`, { path, removed: true });
      }
    });
  },
});
