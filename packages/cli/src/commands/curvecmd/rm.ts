import type { CallOptions, CurveClient, FileInfo } from '@curve-wcs/curve-sdk';
import { CliError, HintedFailure } from '../../cli-error.js';
import { RECURSIVE, YES } from '../../curvecmd/common-options.js';
import { confirm } from '../../curvecmd/confirm.js';
import { withClient } from '../../curvecmd/connect.js';
import { type CurveContext, curveCommand } from '../../curvecmd/curve-command.js';
import { trashEntries } from '../../curvecmd/trash-entries.js';
import { ExitCode } from '../../exit-code.js';
import { formatBytes } from '../../terminal/quantities.js';

type RmContext = CurveContext<'recursive' | 'force' | 'yes'>;

const IN_TRASH = /^\/RecycleBin\/[^/]+$/;

export const rm = curveCommand({
  name: 'rm',
  usage: 'PATH...',
  minimum: 1,
  maximum: Number.POSITIVE_INFINITY,
  summary: 'remove volumes: into the trash, or with --force for good',
  details: `curvecmd recover brings back what is in the trash, until it is purged. For good is for root, asks first on a
terminal, and frees space in the background.
`,
  options: [
    RECURSIVE,
    { long: 'force', short: 'f', description: 'delete for good, also what is in the trash already' },
    YES,
  ],
  examples: [
    'rm /vol1',
    'rm -r /team/old',
    'rm --force --yes /vol1 --user root --password-file ~/.curve-root',
  ],
  async run(context) {
    const { options, operands } = context;
    await withClient(context, async (client, call) => {
      const force = options.has('force');
      // What is found out only afterwards would leave half of it done.
      if (force) await checkForce(client, call);
      for (const path of operands) {
        if (IN_TRASH.test(path)) await removeFromTrash(context, client, path, call);
        else await remove(context, client, await client.stat(path, call), call);
      }
    });
  },
});

async function checkForce(client: CurveClient, call: CallOptions): Promise<void> {
  try {
    await client.trash.list(call)[Symbol.asyncIterator]().next();
  } catch (error) {
    throw new HintedFailure(error, 'without --force volumes go into the trash');
  }
}

async function remove(
  context: RmContext,
  client: CurveClient,
  info: FileInfo,
  call: CallOptions,
): Promise<void> {
  const { out, options } = context;
  const { path, kind } = info;
  const force = options.has('force');
  if (kind === 'directory' && !options.has('recursive')) {
    throw new CliError(ExitCode.failed, `${path} is a directory`, {
      hint: 'rm -r removes it with all below it, rmdir an empty one',
    });
  }
  const volumes = force ? new Set(await volumesAt(client, info, call)) : new Set<bigint>();
  if (force) await confirm(context, question(info, volumes.size));
  if (kind === 'directory') await client.removeAll(path, call);
  else await client.remove(path, call);
  if (force) {
    const entries = await trashEntries(client, call, ({ id }) => volumes.has(id));
    for (const entry of entries) await client.trash.purge(entry, call);
  }
  const result = force ? 'is deleted' : `is in the trash; curvecmd recover ${path} brings it back`;
  out.done(
    kind === 'directory'
      ? `${path} is removed${force ? '' : ', its volumes are in the trash'}`
      : `${path} ${result}`,
    { path, id: info.id, removed: force ? 'for good' : 'to trash' },
  );
}

async function removeFromTrash(
  context: RmContext,
  client: CurveClient,
  path: string,
  call: CallOptions,
): Promise<void> {
  if (!context.options.has('force')) {
    throw new CliError(ExitCode.failed, `${path} is in the trash already`, {
      hint: '--force deletes it for good',
    });
  }
  await confirm(context, `delete ${path} for good?`);
  await client.trash.purge(path, call);
  context.out.done(`${path} is deleted`, { path, removed: 'for good' });
}

/** Ids of all volumes at and below a path. */
async function volumesAt(
  client: CurveClient,
  { path, kind, id }: FileInfo,
  call: CallOptions,
): Promise<bigint[]> {
  if (kind === 'volume') return [id];
  const ids: bigint[] = [];
  for await (const entry of client.list(path, call)) ids.push(...(await volumesAt(client, entry, call)));
  return ids;
}

function question({ path, kind, length }: FileInfo, volumes: number): string {
  if (kind === 'directory') return `delete ${path} and the ${volumes} volumes below it for good?`;
  return `delete ${path} (${formatBytes(length)}) for good?`;
}
