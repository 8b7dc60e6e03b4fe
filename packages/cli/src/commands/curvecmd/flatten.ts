import type { CallOptions, Snapshots } from '@curve-wcs/curve-sdk';
import { CliError } from '../../cli-error.js';
import { curveCommand } from '../../curvecmd/curve-command.js';
import { tellOfCopy } from '../../curvecmd/snapshots/tell-of-copy.js';
import { FOLLOW, SNAPSHOT_CLONE, withSnapshots } from '../../curvecmd/snapshots/with-snapshots.js';
import { ExitCode } from '../../exit-code.js';

export const flatten = curveCommand({
  name: 'flatten',
  usage: 'VOLUME|TASK',
  minimum: 1,
  maximum: 1,
  summary: 'copy what a lazy clone still reads from its source',
  details: `Afterwards nothing depends on the source any more. It takes space: without enough it fails for good, and
nothing keeps the source from being deleted, so look at curvecmd df before.
`,
  options: [SNAPSHOT_CLONE, FOLLOW],
  examples: ['flatten /vol2 --follow'],
  async run(context) {
    const [which = ''] = context.operands;
    await withSnapshots(context, async (snapshots, call) => {
      const id = which.startsWith('/') ? await taskOf(snapshots, which, call) : which;
      await tellOfCopy(context, await snapshots.flatten(id, call), { path: which, call });
    });
  },
});

/** The task that made a lazy volume; others of the same path are of volumes that are gone. */
async function taskOf(snapshots: Snapshots, destination: string, call: CallOptions): Promise<string> {
  let latest: { id: string; at: number } | undefined;
  for await (const { id, createdAt } of snapshots.tasks({ ...call, destination, status: 'metaInstalled' })) {
    const at = createdAt?.getTime() ?? 0;
    if (latest === undefined || at > latest.at) latest = { id, at };
  }
  if (latest) return latest.id;
  throw new CliError(ExitCode.failed, `no lazy clone or rollback of yours made ${destination}`, {
    hint: 'curvecmd tasks lists what there is',
  });
}
