import { usageError } from '../../cli-error.js';
import { curveCommand } from '../../curvecmd/curve-command.js';
import { TRANSFER_OPTIONS } from '../../curvecmd/transfer/transfer-options.js';

export const exportVolume = curveCommand({
  name: 'export',
  usage: 'VOLUME FILE',
  minimum: 2,
  maximum: 2,
  summary: 'copy a volume into an image',
  details: `FILE may be - for stdout. Zeros become holes that take no space on the disk. The file appears when it is
whole, in place of any other of its name; before, it is .FILE.curve-part beside it. --resume goes on with an
export that was broken off: what was copied by then is not read again, so the volume must not have changed.
`,
  options: TRANSFER_OPTIONS,
  examples: [
    'export /vol1 disk.img',
    'export /vol1 disk.img --resume',
    'export /vol1 - | gzip > disk.img.gz',
  ],
  async run(context) {
    const { io, out, options, operands } = context;
    if (operands[1] === '-') {
      if (options.has('resume')) throw usageError('an export to stdout cannot be resumed');
      if (out.json) throw usageError('the volume itself goes to stdout: --json cannot go there as well');
      if (io.stdout.isTTY)
        throw usageError('a terminal is no place for an image: send it to a file or a pipe');
    }
    const { exportToImage } = await import('../../curvecmd/transfer/export-volume.js');
    await exportToImage(context);
  },
});
