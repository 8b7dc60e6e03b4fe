import { resolve } from 'node:path';
import { OFFSET } from '../../curvecmd/common-options.js';
import { withClient } from '../../curvecmd/connect.js';
import { curveCommand } from '../../curvecmd/curve-command.js';
import { bothSizes } from '../../curvecmd/file-info.js';

export const write = curveCommand({
  name: 'write',
  usage: 'VOLUME [FILE]',
  minimum: 1,
  maximum: 2,
  summary: 'write stdin or a file to a place of a volume',
  details: `FILE may be - for stdin, the default. Where it does not begin or end with a block of the volume, the rest
of that block is read first and written back, which is told.
`,
  options: [OFFSET],
  examples: [
    'write /vol1 boot.bin',
    'write /vol1 piece --offset 1M',
    'printf label | curvecmd write /vol1 --offset 3',
  ],
  async run(context) {
    const { io, out, options, operands } = context;
    const [path = '', file = '-'] = operands;
    const offset = options.size('offset') ?? 0;
    await withClient(context, async (client, call) => {
      const volume = await client.open(path, call);
      const source = file === '-' ? io.stdin : resolve(io.cwd, file);
      const { length } = await volume.import(source, { offset, sparse: false, ...call });
      const { blockSize } = volume;
      const torn = length > 0 && (offset % blockSize !== 0 || (offset + length) % blockSize !== 0);
      if (torn) {
        out.notice(
          `not whole blocks of ${blockSize}: those at the edges were read, changed and written back`,
        );
      }
      out.done(`${bothSizes(length)} are written at ${offset}`, {
        ...{ volume: path, offset, bytes: length, readModifyWrite: torn },
      });
    });
  },
});
