import { usageError } from '../../cli-error.js';
import { ID, RESTORE_TO, YES } from '../../curvecmd/common-options.js';
import { confirm } from '../../curvecmd/confirm.js';
import { withClient } from '../../curvecmd/connect.js';
import { type CurveContext, curveCommand } from '../../curvecmd/curve-command.js';
import { restoreVolume } from '../../curvecmd/restore-command.js';
import { trashEntries, trashEntry } from '../../curvecmd/trash-entries.js';
import { printListing } from '../../terminal/listing.js';
import { count, formatBytes, formatTime } from '../../terminal/quantities.js';

type TrashContext = CurveContext<'id' | 'to' | 'all' | 'yes'>;

export const trash = curveCommand({
  name: 'trash',
  usage: 'ls|restore|purge [PATH...]',
  minimum: 1,
  maximum: Number.POSITIVE_INFINITY,
  summary: 'look into the trash, restore from it, delete for good',
  details: `trash ls lists what is there; trash restore PATH puts a volume back; trash purge PATH... deletes for good,
and trash purge --all everything. PATH is where a volume was, or its path in /RecycleBin. Only root may look
and purge; a volume's owner may restore it. Purging asks first on a terminal.
`,
  options: [ID, RESTORE_TO, { long: 'all', description: 'purge: everything' }, YES],
  examples: ['trash ls', 'trash restore /vol1', 'trash purge /vol1 --id 1007', 'trash purge --all --yes'],
  async run(context) {
    const [action = '', ...paths] = context.operands;
    if (action === 'ls' && paths.length === 0) return list(context);
    const [path] = paths;
    if (action === 'restore' && path !== undefined && paths.length === 1) return restoreVolume(context, path);
    const all = context.options.has('all');
    if (action === 'purge' && paths.length > 0 !== all) return purge(context, paths);
    throw usageError(
      'trash takes ls, restore PATH, purge PATH... or purge --all',
      'see curvecmd trash --help',
    );
  },
});

async function list(context: TrashContext): Promise<void> {
  const { io } = context;
  await withClient(context, (client, call) =>
    printListing(context.out, client.trash.list(call), {
      headings: ['id', 'deleted', 'owner', 'length', 'was', 'is'],
      row: ({ id, deletedAt, owner, length, originalPath, path }) => [
        String(id),
        deletedAt ? formatTime(deletedAt) : '-',
        owner,
        io.stdout.isTTY ? formatBytes(length) : String(length),
        originalPath,
        path,
      ],
    }),
  );
}

async function purge(context: TrashContext, paths: readonly string[]): Promise<void> {
  const { out, options } = context;
  const id = options.id('id');
  await withClient(context, async (client, call) => {
    const entries = options.has('all')
      ? await trashEntries(client, call, entry => entry.status !== 'deleting')
      : await Promise.all(paths.map(path => trashEntry(client, path, id, call)));
    if (entries.length === 0) return out.notice('the trash is empty');
    const [first] = entries;
    const what = entries.length === 1 ? first?.originalPath : count(entries.length, 'volume');
    await confirm(context, `delete ${what} for good?`);
    for (const entry of entries) {
      await client.trash.purge(entry, call);
      const { originalPath: path } = entry;
      out.done(`${path} (id ${entry.id}) is deleted`, { path, id: entry.id, deleted: true });
    }
  });
}
