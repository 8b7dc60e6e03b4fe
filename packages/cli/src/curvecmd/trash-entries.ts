import type { CallOptions, CurveClient, TrashEntry } from '@curve-wcs/curve-sdk';
import { CliError } from '../cli-error.js';
import { ExitCode } from '../exit-code.js';

/** What is in the trash, as far as it is wanted. */
export async function trashEntries(
  client: CurveClient,
  call: CallOptions,
  wanted: (entry: TrashEntry) => boolean = () => true,
): Promise<TrashEntry[]> {
  const entries: TrashEntry[] = [];
  for await (const entry of client.trash.list(call)) if (wanted(entry)) entries.push(entry);
  return entries;
}

/**
 * The one entry that was at a path, or is at this path of the trash.
 *
 * @throws CliError if there is none, or if the id is needed to tell which
 */
export async function trashEntry(
  client: CurveClient,
  path: string,
  id: bigint | undefined,
  call: CallOptions,
): Promise<TrashEntry> {
  const found = await trashEntries(
    client,
    call,
    entry => [entry.path, entry.originalPath].includes(path) && (id === undefined || entry.id === id),
  );
  const [entry, ...others] = found;
  if (!entry) {
    const which = id === undefined ? path : `${path} with the id ${id}`;
    throw new CliError(ExitCode.failed, `${which} is not in the trash`, {
      hint: 'curvecmd trash ls shows what is',
    });
  }
  if (others.length > 0) {
    const ids = found.map(one => one.id).join(', ');
    throw new CliError(ExitCode.failed, `the trash has ${found.length} volumes that were ${path}`, {
      hint: `choose one with --id: ${ids}`,
    });
  }
  return entry;
}
