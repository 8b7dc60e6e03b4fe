import type { Job, JobOptions, JobStatus } from '@curve-wcs/wcs-sdk';
import type { CommandContext } from './command.js';
import { checkSettings } from './load-config.js';
import { openClient } from './open-client.js';

/** What the settings say of a job that is to be started. */
export function jobOptions({ config, io }: CommandContext): JobOptions {
  checkSettings(config, ['separate', 'force']);
  const { notifyurl, separate, force } = config.settings;
  return {
    ...(notifyurl ? { notifyUrl: notifyurl } : {}),
    ...(separate === '1' ? { separate: true } : {}),
    ...(force === '1' ? { force: true } : {}),
    signal: io.signal,
  };
}

/** Tells the id of a job that was started. */
export function reportJob({ out }: CommandContext, { id, kind }: Job): void {
  out.result({ job: id }, { job: id, kind });
}

/** Asks where a job stands, and shows it. Keys are not needed for that. */
export async function runJobStatus(context: CommandContext, kind: 'fmgr' | 'fops'): Promise<void> {
  const { io, out, operands } = context;
  await using client = await openClient(context, ['mgr_url']);
  const { raw, ...status } = await client[kind].status(operands[0] ?? '', { signal: io.signal });
  const items = status.items.map(({ raw, ...item }) => item);
  out.result(
    { job: status.id, state: status.state, description: status.description, 'request id': status.requestId },
    { ...status, items },
  );
  if (!out.json && items.length > 0) out.table(['state', 'result', 'command'], items.map(itemRow));
}

/** What an item has come to: what went wrong, else what was made. */
function itemRow({
  state,
  error,
  key,
  description,
  command,
}: Omit<JobStatus['items'][number], 'raw'>): string[] {
  return [state, error ?? key ?? description ?? '-', command];
}
