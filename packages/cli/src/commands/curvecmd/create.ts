import { usageError } from '../../cli-error.js';
import { POOLSET, STRIPE_COUNT, STRIPE_UNIT } from '../../curvecmd/common-options.js';
import { withClient } from '../../curvecmd/connect.js';
import { curveCommand } from '../../curvecmd/curve-command.js';
import { fileFields } from '../../curvecmd/file-info.js';
import { stripeOf } from '../../curvecmd/stripe-options.js';

export const create = curveCommand({
  name: 'create',
  usage: 'VOLUME --size SIZE',
  minimum: 1,
  maximum: 1,
  summary: 'create a volume',
  details: `Clusters as shipped take 10G to 20T, in steps of 1G. No space is taken before it is written to.
`,
  options: [
    { long: 'size', argument: 'SIZE', description: 'bytes of the volume, such as 10G' },
    STRIPE_UNIT,
    STRIPE_COUNT,
    POOLSET,
  ],
  examples: ['create /vol1 --size 10G', 'create /fast --size 100G --stripe-unit 1M --stripe-count 8'],
  async run(context) {
    const { out, options, operands } = context;
    const [path = ''] = operands;
    const size = options.size('size');
    if (size === undefined) throw usageError('a new volume needs a size: --size SIZE');
    const settings = { size, stripe: stripeOf(options), poolset: options.text('poolset') };
    const info = await withClient(context, (client, call) =>
      client.createVolume(path, { ...settings, ...call }),
    );
    out.result(fileFields(info), info);
  },
});
