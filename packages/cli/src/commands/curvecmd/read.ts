import { usageError } from '../../cli-error.js';
import { OFFSET } from '../../curvecmd/common-options.js';
import { withClient } from '../../curvecmd/connect.js';
import { curveCommand } from '../../curvecmd/curve-command.js';

export const read = curveCommand({
  name: 'read',
  usage: 'VOLUME',
  minimum: 1,
  maximum: 1,
  summary: 'read a range of a volume to stdout or a file',
  details: `What was never written reads as zeros. A file appears when it is whole, in place of any other of its name.
`,
  options: [
    OFFSET,
    { long: 'length', argument: 'SIZE', description: 'how many bytes; default up to the end' },
    {
      long: 'output',
      short: 'o',
      argument: 'FILE',
      description: 'write to a file; - for stdout, even a terminal',
    },
  ],
  examples: ['read /vol1 --length 512 | xxd', 'read /vol1 --offset 1M --length 64K -o piece'],
  async run(context) {
    const { io, out, options, operands } = context;
    const [path = ''] = operands;
    const output = options.text('output');
    const offset = options.size('offset') ?? 0;
    const length = options.size('length');
    const toStdout = output === undefined || output === '-';
    if (output === undefined && io.stdout.isTTY) {
      throw usageError(
        'a terminal is no place for the bytes of a volume',
        'send them to a pipe or file, or say -o -',
      );
    }
    if (toStdout && out.json)
      throw usageError('the bytes themselves go to stdout: --json cannot go there as well');
    const { findTarget } = await import('../../curvecmd/transfer/export-target.js');
    const { exportRecordFile } = await import('../../curvecmd/transfer/export-volume.js');
    const { file, stream } = await findTarget(io, output ?? '-');
    await withClient(context, async (client, call) => {
      const volume = await client.open(path, call);
      const record = file === undefined ? undefined : exportRecordFile(io.env, file);
      await using _lock = await record?.lock();
      // An unfinished export to this file cannot be gone on with after this.
      await record?.remove();
      const result = await volume.export(file ?? stream(), { offset, length, ...call });
      if (toStdout) return;
      out.result({ file: output, bytes: result.length }, { file: file ?? output, bytes: result.length });
    });
  },
});
