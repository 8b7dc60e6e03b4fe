import { POOLSET } from '../../curvecmd/common-options.js';
import { curveCommand } from '../../curvecmd/curve-command.js';
import { tellOfCopy } from '../../curvecmd/snapshots/tell-of-copy.js';
import { FOLLOW, LAZY, SNAPSHOT_CLONE, withSnapshots } from '../../curvecmd/snapshots/with-snapshots.js';

export const clone = curveCommand({
  name: 'clone',
  usage: 'SNAPSHOT|VOLUME NEW',
  minimum: 2,
  maximum: 2,
  summary: 'make a volume with the content of a snapshot or volume',
  details: `SNAPSHOT is an id, VOLUME a path. Begins the work and prints the id of its task. A clone of a volume is no
moment of it: what is written meanwhile may be in it or not. It takes a segment for each that the volume has;
a chunkserver whose disk gets full by it ends itself, so look at curvecmd df before.
`,
  options: [SNAPSHOT_CLONE, LAZY, FOLLOW, POOLSET],
  examples: ['clone ae65f956-8fa8-4520-9f15-364de38bf988 /vol1-copy --follow', 'clone /vol1 /vol2 --lazy'],
  async run(context) {
    const [source = '', path = ''] = context.operands;
    const { options } = context;
    await withSnapshots(context, async (snapshots, call) => {
      const [lazy, poolset] = [options.has('lazy'), options.text('poolset')];
      const task = await snapshots.clone(source, path, { ...call, lazy, poolset });
      await tellOfCopy(context, task, { path, call });
    });
  },
});
