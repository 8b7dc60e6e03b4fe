import type { WcscmdCommand } from '../../wcscmd/command.js';
import { jobOptions, reportJob } from '../../wcscmd/job-command.js';
import { openClient } from '../../wcscmd/open-client.js';
import { parseBucketUrl } from '../../wcscmd/wcs-url.js';

export const deletePrefix: WcscmdCommand = {
  name: 'deletePrefix',
  usage: 'wcs://BUCKET PREFIX',
  minimum: 2,
  maximum: 2,
  summary: 'delete a folder with all that is in it, in the background',
  details: `PREFIX is a folder: test and test/ are the same, and do not touch test123. With --output BUCKET:KEY that
object gets the list of what was deleted. The answer is the id of a job, for fmgrStatus. --notify,
--separate and --force are as in wcscmd --help.
`,
  async run(context) {
    const [target = '', prefix = ''] = context.operands;
    const bucket = parseBucketUrl(target);
    const { output } = context.config.settings;
    const options = jobOptions(context);
    await using client = await openClient(context, ['access_key', 'secret_key', 'mgr_url']);
    const folder = { bucket, prefix, ...(output ? { output } : {}) };
    reportJob(context, await client.fmgr.deletePrefix([folder], options));
  },
};
