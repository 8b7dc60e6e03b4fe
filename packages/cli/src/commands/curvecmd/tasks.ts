import { setTimeout as sleep } from 'node:timers/promises';
import type { CloneTask } from '@curve-wcs/curve-sdk';
import { curveCommand } from '../../curvecmd/curve-command.js';
import { ALL_USERS, SNAPSHOT_CLONE, withSnapshots } from '../../curvecmd/snapshots/with-snapshots.js';
import { printListing } from '../../terminal/listing.js';
import { formatTime } from '../../terminal/quantities.js';

/** Milliseconds between two looks of `--watch`. */
const INTERVAL = 1000;

export const tasks = curveCommand({
  name: 'tasks',
  usage: '[VOLUME]',
  minimum: 0,
  maximum: 1,
  summary: 'list clones and rollbacks, done or not',
  details: `All that there is a record of, or those that made VOLUME. With --watch, those at work again and again until
none is; with --clean, removes the record of one that has ended, and what a failed one left behind.
`,
  options: [
    SNAPSHOT_CLONE,
    ALL_USERS,
    { long: 'watch', short: 'w', description: 'list those at work each second, until there are none' },
    { long: 'clean', argument: 'TASK', description: 'remove the record of this one' },
  ],
  examples: ['tasks', 'tasks /vol2 --watch', 'tasks --clean 3c05833b-986b-4178-86d5-ee800e269400'],
  async run(context) {
    const { io, out, options } = context;
    const [destination] = context.operands;
    const allUsers = options.has('all-users');
    const cleaned = options.text('clean');
    await withSnapshots(context, async (snapshots, call) => {
      if (cleaned !== undefined) {
        await (await snapshots.cleanTask(cleaned, call)).wait({ ...call, interval: INTERVAL });
        return out.done(`${cleaned} is removed`, { task: cleaned, removed: true });
      }
      for (;;) {
        const found: CloneTask[] = [];
        for await (const task of snapshots.tasks({ ...call, destination, allUsers }))
          if (!options.has('watch') || AT_WORK.has(task.status)) found.push(task);
        await printListing(out, found, COLUMNS);
        if (!options.has('watch') || found.length === 0) return;
        await sleep(INTERVAL, undefined, { signal: io.signal });
      }
    });
  },
});

const AT_WORK: ReadonlySet<string> = new Set([
  'cloning',
  'recovering',
  'retrying',
  'cleaning',
  'errorCleaning',
]);

const COLUMNS = {
  headings: ['task', 'begun', 'kind', 'status', '%', 'user', 'source', 'volume'],
  row: ({ id, createdAt, kind, status, progress, user, source, destination, lazy }: CloneTask) => [
    ...[
      id,
      createdAt ? formatTime(createdAt) : '-',
      `${lazy ? 'lazy ' : ''}${kind}`,
      status,
      String(progress),
    ],
    ...[user, source, destination],
  ],
};
