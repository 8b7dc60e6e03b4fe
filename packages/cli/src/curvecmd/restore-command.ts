import { withClient } from './connect.js';
import type { CurveContext } from './curve-command.js';

/** Puts a volume back from the trash: `recover`, and `trash restore`. */
export async function restoreVolume(context: CurveContext<'id' | 'to'>, path: string): Promise<void> {
  const { out, options } = context;
  const id = options.id('id');
  const to = options.text('to');
  await withClient(context, (client, call) => client.trash.restore(path, { id, to, ...call }));
  out.done(`${to ?? path} is back`, { path: to ?? path, restored: true });
}
