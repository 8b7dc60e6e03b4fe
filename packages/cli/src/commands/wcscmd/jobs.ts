import type { Job, JobStatus, WaitOptions, WcsClient } from '@curve-wcs/wcs-sdk';
import { CliError, HintedFailure, usageError } from '../../cli-error.js';
import { ExitCode } from '../../exit-code.js';
import { OptionValues } from '../../options/option-values.js';
import { count } from '../../terminal/quantities.js';
import { statusLine } from '../../terminal/status-line.js';
import type { CommandContext, WcscmdCommand } from '../../wcscmd/command.js';
import { openClient } from '../../wcscmd/open-client.js';
import type { WcscmdOptionName } from '../../wcscmd/wcscmd-options.js';

export const jobs: WcscmdCommand = {
  name: 'jobs',
  usage: 'status|wait ID',
  minimum: 2,
  maximum: 2,
  summary: 'show how far a background job is, or wait for its end',
  details: `ID is what fops, deletePrefix and other commands of the service gave. wait ends when the job does; Ctrl-C and
--timeout end the waiting, not the job. The status is 1 for a job that is done of which an item failed.
`,
  async run(context) {
    const [action, id = ''] = context.operands;
    if (action !== 'status' && action !== 'wait') throw usageError('jobs takes status ID, or wait ID');
    const options = new OptionValues<WcscmdOptionName>(context.options);
    const kind = options.choice('kind', ['fmgr', 'fops']);
    const waiting = waitOptions(context, options);
    if (action === 'status' && (options.has('timeout') || options.has('interval'))) {
      throw usageError('--timeout and --interval are for jobs wait');
    }
    await using client = await openClient(context, ['mgr_url']);
    const job = kind ? client[kind].job(id) : await findJob(context, client, id);
    const status =
      action === 'status'
        ? await job.status({ signal: context.io.signal })
        : await wait(context, job, waiting);
    report(context, status);
  },
};

function waitOptions({ io }: CommandContext, options: OptionValues<WcscmdOptionName>): WaitOptions {
  const [timeout, interval] = [options.duration('timeout'), options.duration('interval')];
  return {
    signal: io.signal,
    ...(timeout === undefined ? {} : { timeout }),
    ...(interval === undefined ? {} : { interval }),
  };
}

/** Ids do not say of which kind a job is; a service may answer about both kinds in either place. */
async function findJob({ io }: CommandContext, client: WcsClient, id: string): Promise<Job> {
  const { WcsError } = await import('@curve-wcs/wcs-sdk');
  try {
    await client.fmgr.status(id, { signal: io.signal });
    return client.fmgr.job(id);
  } catch (error) {
    if (!(error instanceof WcsError && error.code === 'NOT_FOUND')) throw error;
    return client.fops.job(id);
  }
}

/** Waits, and tells on the way: a line that changes on a terminal, one for each change elsewhere. */
async function wait({ io, out }: CommandContext, job: Job, options: WaitOptions): Promise<JobStatus> {
  const { JobError, WcsError } = await import('@curve-wcs/wcs-sdk');
  const line = await statusLine(io, { enabled: !out.quiet });
  let said = '';
  const onUpdate = (status: JobStatus) => {
    const now = `job ${job.id}: ${progressOf(status)}`;
    if (line) line.show(columns => now.slice(0, columns - 1));
    else if (now !== said) out.notice(now);
    said = now;
  };
  try {
    return await job.wait({ ...options, onUpdate });
  } catch (error) {
    if (error instanceof JobError) return error.job;
    if (!(error instanceof WcsError && error.code === 'TIMEOUT')) throw error;
    throw new HintedFailure(error, `the job goes on: wcscmd jobs wait ${job.id}`);
  } finally {
    line?.stop();
  }
}

function progressOf({ state, items }: JobStatus): string {
  const done = items.filter(item => item.state === 'succeeded' || item.state === 'failed').length;
  return `${state}, ${done} of ${count(items.length, 'item')}`;
}

function report({ out }: CommandContext, { raw, ...status }: JobStatus): void {
  const items = status.items.map(({ raw: _, ...item }) => item);
  const succeeded = items.filter(item => item.state === 'succeeded').length;
  if (out.json) out.value({ ...status, items });
  else {
    out.result(
      {
        job: status.id,
        state: status.state,
        succeeded: `${succeeded} of ${items.length}`,
        'request id': status.requestId,
      },
      undefined,
    );
    const rows = items.map(item => [item.state, item.error ?? item.key ?? '', item.command]);
    if (rows.length > 0) out.table(['item', 'result', 'command'], rows);
  }
  if (status.finished && succeeded < items.length) {
    throw new CliError(
      ExitCode.failed,
      `${items.length - succeeded} of ${count(items.length, 'item')} did not succeed`,
    );
  }
}
