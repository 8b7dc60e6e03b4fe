import { usageError } from '../../cli-error.js';
import { withClient } from '../../curvecmd/connect.js';
import { curveCommand } from '../../curvecmd/curve-command.js';
import { bothSizes } from '../../curvecmd/file-info.js';
import { parseSize, SIZE_FORM } from '../../options/parse-size.js';

export const extend = curveCommand({
  name: 'extend',
  usage: 'VOLUME [+]SIZE',
  minimum: 2,
  maximum: 2,
  summary: 'make a volume larger',
  details: `SIZE is what it has afterwards; with a plus, what is added. Volumes grow by whole segments, 1G in clusters
as shipped, and do not shrink.
`,
  options: [],
  examples: ['extend /vol1 20G', 'extend /vol1 +10G'],
  async run(context) {
    const { out, operands } = context;
    const [path = '', wanted = ''] = operands;
    const added = wanted.startsWith('+');
    const given = parseSize(added ? wanted.slice(1) : wanted);
    if (given === undefined)
      throw usageError(`${JSON.stringify(wanted)} is no size`, `a size is ${SIZE_FORM}`);
    await withClient(context, async (client, call) => {
      const size = added ? (await client.stat(path, call)).length + given : given;
      await client.extend(path, size, call);
      out.done(`${path} has ${bothSizes(size)}`, { path, length: size });
    });
  },
});
