import type { WcscmdCommand } from '../../wcscmd/command.js';
import { runJobStatus } from '../../wcscmd/job-command.js';

export const fmgrStatus: WcscmdCommand = {
  name: 'fmgrStatus',
  usage: 'ID',
  minimum: 1,
  maximum: 1,
  summary: 'show where a job stands, such as that of deletePrefix',
  details: `A job is done when it is finished, notifying, notified or notification-failed; each of its items then has
succeeded or failed.
`,
  run: context => runJobStatus(context, 'fmgr'),
};
