import { withClient } from '../../curvecmd/connect.js';
import { curveCommand } from '../../curvecmd/curve-command.js';

export const chown = curveCommand({
  name: 'chown',
  usage: 'OWNER PATH...',
  minimum: 2,
  maximum: Number.POSITIVE_INFINITY,
  summary: 'give volumes or empty directories to another user',
  details: `Only root may. A volume must not be open.
`,
  options: [],
  examples: ['chown bob /vol1 --user root --password-file ~/.curve-root'],
  async run(context) {
    const { out, operands } = context;
    const [owner = '', ...paths] = operands;
    await withClient(context, async (client, call) => {
      for (const path of paths) {
        await client.changeOwner(path, owner, call);
        out.done(`${path} belongs to ${owner}`, { path, owner });
      }
    });
  },
});
