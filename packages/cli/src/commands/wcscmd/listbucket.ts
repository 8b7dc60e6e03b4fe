import type { WcscmdCommand } from '../../wcscmd/command.js';
import { openClient } from '../../wcscmd/open-client.js';

export const listbucket: WcscmdCommand = {
  name: 'listbucket',
  usage: '',
  minimum: 0,
  maximum: 0,
  summary: "list the account's buckets",
  details: '',
  async run(context) {
    const { io, out } = context;
    await using client = await openClient(context, ['access_key', 'secret_key', 'mgr_url']);
    const buckets = await client.buckets.list({ signal: io.signal });
    if (out.json) out.value({ buckets });
    else for (const { name } of buckets) out.line(name);
  },
};
