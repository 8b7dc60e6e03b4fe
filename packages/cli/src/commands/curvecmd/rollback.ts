import { YES } from '../../curvecmd/common-options.js';
import { confirm } from '../../curvecmd/confirm.js';
import { curveCommand } from '../../curvecmd/curve-command.js';
import { tellOfCopy } from '../../curvecmd/snapshots/tell-of-copy.js';
import { FOLLOW, LAZY, SNAPSHOT_CLONE, withSnapshots } from '../../curvecmd/snapshots/with-snapshots.js';

export const rollback = curveCommand({
  name: 'rollback',
  usage: 'VOLUME SNAPSHOT',
  minimum: 2,
  maximum: 2,
  summary: 'give a volume the content of one of its snapshots again',
  details: `SNAPSHOT is an id. Nobody may have the volume open. It gets another inode id; as it was, it goes to the trash.
Asks first on a terminal. Prints the id of the task.
`,
  options: [SNAPSHOT_CLONE, LAZY, FOLLOW, YES],
  examples: ['rollback /vol1 ae65f956-8fa8-4520-9f15-364de38bf988 --follow'],
  async run(context) {
    const [path = '', snapshot = ''] = context.operands;
    await confirm(context, `replace the content of ${path} by that of the snapshot?`);
    await withSnapshots(context, async (snapshots, call) => {
      const task = await snapshots.recover(snapshot, path, { ...call, lazy: context.options.has('lazy') });
      await tellOfCopy(context, task, { path, call });
    });
  },
});
