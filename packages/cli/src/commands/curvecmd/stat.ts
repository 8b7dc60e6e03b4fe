import { withClient } from '../../curvecmd/connect.js';
import { curveCommand } from '../../curvecmd/curve-command.js';
import { bothSizes, fileFields } from '../../curvecmd/file-info.js';

export const stat = curveCommand({
  name: 'stat',
  usage: 'PATH',
  minimum: 1,
  maximum: 1,
  summary: 'show length, space taken, owner and others of a volume',
  details: '',
  options: [],
  examples: ['stat /vol1', 'stat /vol1 --json'],
  async run(context) {
    const { out, operands } = context;
    const [path = ''] = operands;
    await withClient(context, async (client, call) => {
      const info = await client.stat(path, call);
      const [{ allocated, byPool }, mounts] = await Promise.all([
        client.usage(path, call),
        info.kind === 'volume' ? client.mounts(path, call) : [],
      ]);
      const openAt = mounts.map(({ ip, port }) => (port === 0 ? ip : `${ip}:${port}`));
      out.result(
        { ...fileFields(info), allocated: bothSizes(allocated), 'open at': openAt.join(', ') || undefined },
        { ...info, allocated, allocatedByPool: Object.fromEntries(byPool), mounts },
      );
    });
  },
});
