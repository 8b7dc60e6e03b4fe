import type { WcscmdCommand } from '../../wcscmd/command.js';
import { runJobStatus } from '../../wcscmd/job-command.js';

export const fopsStatus: WcscmdCommand = {
  name: 'fopsStatus',
  usage: 'ID',
  minimum: 1,
  maximum: 1,
  summary: 'show where a job of fops stands',
  details: `A job is done when it is finished, notifying, notified or notification-failed; each of its commands then has
succeeded or failed.
`,
  run: context => runJobStatus(context, 'fops'),
};
