import type { Snapshot } from '@curve-wcs/curve-sdk';
import { usageError } from '../../cli-error.js';
import { type CurveContext, curveCommand } from '../../curvecmd/curve-command.js';
import { waitForTask } from '../../curvecmd/snapshots/wait-for-task.js';
import { ALL_USERS, FOLLOW, SNAPSHOT_CLONE, withSnapshots } from '../../curvecmd/snapshots/with-snapshots.js';
import { printListing } from '../../terminal/listing.js';
import { formatBytes, formatTime } from '../../terminal/quantities.js';

type SnapshotContext = CurveContext<'snapshot-clone' | 'follow' | 'all-users'>;

export const snapshot = curveCommand({
  name: 'snapshot',
  usage: 'create|ls|rm|cancel [...]',
  minimum: 1,
  maximum: Number.POSITIVE_INFINITY,
  summary: 'make, list, delete or cancel snapshots',
  details: `snapshot create VOLUME NAME begins one and prints its id; it takes some 12 seconds at least, and goes on by
itself. snapshot ls lists those of a volume, or all; names need not be unique. snapshot rm ID... begins to
delete them; snapshot cancel ID ends one that is being made. They belong to who made them, root's too.
`,
  options: [SNAPSHOT_CLONE, FOLLOW, ALL_USERS],
  examples: [
    'snapshot create /vol1 before-upgrade --follow',
    'snapshot ls /vol1',
    'snapshot rm ae65f956-8fa8-4520-9f15-364de38bf988',
  ],
  async run(context) {
    const [action, ...rest] = context.operands;
    const [first = '', second = ''] = rest;
    if (action === 'create' && rest.length === 2) return create(context, first, second);
    if (action === 'ls' && rest.length < 2) return list(context, rest[0]);
    if (action === 'rm' && rest.length > 0) return remove(context, rest);
    if (action === 'cancel' && rest.length === 1) return cancel(context, first);
    throw usageError(
      'snapshot takes create VOLUME NAME, ls [VOLUME], rm ID... or cancel ID',
      'see curvecmd snapshot --help',
    );
  },
});

async function create(context: SnapshotContext, volume: string, name: string): Promise<void> {
  const { out, options } = context;
  await withSnapshots(context, async (snapshots, call) => {
    const creation = await snapshots.create(volume, { ...call, name });
    const { id } = creation;
    const again = `curvecmd snapshot ls ${volume}`;
    if (options.has('follow')) await waitForTask(context, creation, { label: name, again, call });
    else out.notice(`it goes on by itself; see ${again}`);
    out.result({ id }, { id, name, volume, done: options.has('follow') });
  });
}

async function list(context: SnapshotContext, volume: string | undefined): Promise<void> {
  const { io, out, options } = context;
  const allUsers = options.has('all-users');
  await withSnapshots(context, (snapshots, call) =>
    printListing(out, snapshots.list(volume, { ...call, allUsers }), {
      headings: ['id', 'taken', 'status', '%', 'user', 'length', 'volume', 'name'],
      row: ({ id, createdAt, status, progress, user, length, volume: of, name }: Snapshot) => [
        ...[id, createdAt ? formatTime(createdAt) : '-', status, String(progress), user],
        length === undefined ? '-' : io.stdout.isTTY ? formatBytes(length) : String(length),
        ...[of, name],
      ],
    }),
  );
}

async function remove(context: SnapshotContext, ids: readonly string[]): Promise<void> {
  const { out, options } = context;
  await withSnapshots(context, async (snapshots, call) => {
    for (const id of ids) {
      const deletion = await snapshots.delete(id, call);
      const deleted = options.has('follow');
      if (deleted) await waitForTask(context, deletion, { label: id, again: 'curvecmd snapshot ls', call });
      out.done(`${id} is ${deleted ? 'deleted' : 'being deleted'}`, { id, deleted });
    }
  });
}

async function cancel(context: SnapshotContext, id: string): Promise<void> {
  await withSnapshots(context, async (snapshots, call) => {
    await snapshots.cancel(id, call);
    context.out.done(`${id} is being cancelled`, { id, cancelled: true });
  });
}
