import { usageError } from '../../cli-error.js';
import { throughTo } from '../../terminal/through-to.js';
import type { WcscmdCommand } from '../../wcscmd/command.js';
import { sourceOf, storedEtag } from '../../wcscmd/download-command.js';
import { openClient } from '../../wcscmd/open-client.js';

export const cat: WcscmdCommand = {
  name: 'cat',
  usage: 'URL|wcs://BUCKET/KEY...',
  minimum: 1,
  maximum: Number.POSITIVE_INFINITY,
  summary: 'write objects to stdout, one after the other',
  details: `Each is compared with the stored hash, as get does. What has been written cannot be taken back, so only the
exit status says whether it is whole: the first failure ends the command.
`,
  async run(context) {
    const { config, io, out, options, operands } = context;
    const sources = operands.map(operand => sourceOf(operand, 'cat'));
    if (out.json) throw usageError('the objects themselves go to stdout: --json cannot go there as well');
    const byKey = sources.some(({ url }) => url === undefined);
    await using client = await openClient(context, byKey ? ['get_url'] : []);
    const verify = !options.has('no-verify');
    for (const source of sources) {
      const etag = verify && source.url === undefined ? await storedEtag(context, client, source) : undefined;
      const { size, verified } = await client.download({
        ...source,
        verify,
        ...(etag === undefined ? {} : { etag }),
        trafficLimit: Number(config.settings.traffic_limit),
        signal: io.signal,
        to: throughTo(io.stdout),
      });
      out.detail(`${size} bytes, ${verified ? 'verified' : 'not verified'}`);
    }
  },
};
