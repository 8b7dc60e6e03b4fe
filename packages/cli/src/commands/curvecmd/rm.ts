import type { CallOptions, CurveClient, FileInfo } from '@curve-wcs/curve-sdk';
import { CliError, HintedFailure } from '../../cli-error.js';
import { RECURSIVE, YES } from '../../curvecmd/common-options.js';
import { confirm } from '../../curvecmd/confirm.js';
import { withClient } from '../../curvecmd/connect.js';
import { type CurveContext, curveCommand } from '../../curvecmd/curve-command.js';
import { trashEntries } from '../../curvecmd/trash-entries.js';
import { ExitCode } from '../../exit-code.js';
import { shellQuote } from '../../shell-quote.js';
import { count, formatBytes } from '../../terminal/quantities.js';

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
        if (IN_TRASH.test(path)) {
          await purge(context, client, path, call);
          continue;
        }
        const info = await client.stat(path, call);
        checkRecursive(context, info);
        if (force) await deleteForGood(context, client, info, call);
        else await moveToTrash(context, client, info, call);
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

function checkRecursive({ options }: RmContext, { path, kind }: FileInfo): void {
  if (kind === 'volume' || options.has('recursive')) return;
  throw new CliError(ExitCode.failed, `${path} is a directory`, {
    hint: 'rm -r removes it with all below it, rmdir an empty one',
  });
}

async function moveToTrash(
  { out }: RmContext,
  client: CurveClient,
  { path, kind, id }: FileInfo,
  call: CallOptions,
): Promise<void> {
  await client.removeAll(path, call);
  const said =
    kind === 'volume'
      ? `${path} is in the trash; curvecmd recover ${shellQuote(path)} brings it back`
      : `${path} is removed, its volumes are in the trash`;
  out.done(said, { path, id, removed: 'to trash' });
}

async function deleteForGood(
  context: RmContext,
  client: CurveClient,
  info: FileInfo,
  call: CallOptions,
): Promise<void> {
  const { path, kind, id, length } = info;
  const volumes = new Set(await volumesAt(client, info, call));
  const what =
    kind === 'volume' ? `(${formatBytes(length)})` : `and the ${count(volumes.size, 'volume')} below it`;
  await confirm(context, `delete ${path} ${what} for good?`);
  await client.removeAll(path, call);
  for (const entry of await trashEntries(client, call, one => volumes.has(one.id))) {
    await client.trash.purge(entry, call);
  }
  context.out.done(`${path} is deleted`, { path, id, removed: 'for good' });
}

async function purge(
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
