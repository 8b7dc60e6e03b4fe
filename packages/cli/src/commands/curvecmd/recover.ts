import { ID, RESTORE_TO } from '../../curvecmd/common-options.js';
import { curveCommand } from '../../curvecmd/curve-command.js';
import { restoreVolume } from '../../curvecmd/restore-command.js';

export const recover = curveCommand({
  name: 'recover',
  usage: 'PATH',
  minimum: 1,
  maximum: 1,
  summary: 'put a volume back from the trash',
  details: `PATH is where it was. Of several volumes that were there, the one created last comes back, or that of --id.
`,
  options: [ID, RESTORE_TO],
  examples: ['recover /vol1', 'recover /vol1 --id 1007 --to /vol1-old'],
  async run(context) {
    await restoreVolume(context, context.operands[0] ?? '');
  },
});
