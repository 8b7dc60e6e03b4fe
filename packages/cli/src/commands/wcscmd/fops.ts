import type { WcscmdCommand } from '../../wcscmd/command.js';
import { jobOptions, reportJob } from '../../wcscmd/job-command.js';
import { openClient } from '../../wcscmd/open-client.js';
import { parseObjectUrl } from '../../wcscmd/wcs-url.js';

export const fops: WcscmdCommand = {
  name: 'fops',
  usage: 'wcs://BUCKET/KEY FOPS',
  minimum: 2,
  maximum: 2,
  summary: 'process an object, in the background',
  details: `FOPS are commands of the service, such as vframe/jpg/offset/1; semicolons separate several. The answer is the
id of a job, for fopsStatus. --notify, --separate and --force are as in wcscmd --help.
`,
  async run(context) {
    const [target = '', commands = ''] = context.operands;
    const object = parseObjectUrl(target);
    const options = jobOptions(context);
    await using client = await openClient(context, ['access_key', 'secret_key', 'mgr_url']);
    reportJob(context, await client.fops.execute({ ...object, fops: commands, ...options }));
  },
};
