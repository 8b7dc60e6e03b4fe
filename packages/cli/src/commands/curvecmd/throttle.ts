import { usageError } from '../../cli-error.js';
import { optionOf, THROTTLE_OPTIONS, throttleLimits } from '../../curvecmd/cluster/throttle-options.js';
import { withClient } from '../../curvecmd/connect.js';
import { curveCommand } from '../../curvecmd/curve-command.js';
import { printListing } from '../../terminal/listing.js';

export const throttle = curveCommand({
  name: 'throttle',
  usage: 'VOLUME',
  minimum: 1,
  maximum: 1,
  summary: 'show, set or lift the limits of the use of a volume',
  details: `Without options it lists the limits. --iops 2000:6000:10s allows 6000 a second for 10 seconds at a time. Its
owner and root may set limits. Clients that have it open follow at the next refresh of their lease, if
throttle.enable is set in their client.conf.
`,
  options: [...THROTTLE_OPTIONS, { long: 'clear', description: 'lift all limits' }],
  examples: [
    'throttle /vol1',
    'throttle /vol1 --iops 2000:6000:10s --write-bps 100M',
    'throttle /vol1 --clear',
  ],
  async run(context) {
    const { out, options, operands } = context;
    const [path = ''] = operands;
    const limits = throttleLimits(options);
    if (limits && options.has('clear')) throw usageError('--clear lifts all limits: no other goes with it');
    await withClient(context, async (client, call) => {
      if (limits) await client.cluster.setThrottle(path, limits, call);
      if (options.has('clear')) await client.cluster.clearThrottle(path, call);
      const { throttles } = await client.stat(path, call);
      await printListing(out, throttles, {
        headings: ['limit', 'burst', 'seconds', 'of'],
        row: ({ kind, limit, burst, burstSeconds }) => [
          limit === 0 ? 'none' : String(limit),
          ...[burst, burstSeconds].map(number => (number === 0 ? '-' : String(number))),
          optionOf(kind),
        ],
      });
    });
  },
});
