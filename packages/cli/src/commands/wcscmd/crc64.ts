import { resolve } from 'node:path';
import { unreadable } from '../../checksum/unreadable.js';
import { CliError } from '../../cli-error.js';
import { ExitCode } from '../../exit-code.js';
import type { WcscmdCommand } from '../../wcscmd/command.js';

export const crc64: WcscmdCommand = {
  name: 'crc64',
  usage: 'FILE',
  minimum: 1,
  maximum: 1,
  summary: 'print the CRC-64 of a file, in decimal',
  details: `Neither keys nor the service are needed. wcs_crc64_cal takes several files.
`,
  async run({ io, out, operands }) {
    const [file = ''] = operands;
    const { crc64File } = await import('@curve-wcs/etag');
    const checksum = await crc64File(resolve(io.cwd, file), { signal: io.signal }).catch(error => {
      io.signal.throwIfAborted();
      throw new CliError(ExitCode.failed, `cannot read ${file}: ${unreadable(error)}`, { cause: error });
    });
    // Text in JSON: programs would round it.
    out.result({ file, crc64: String(checksum) }, { file, crc64: String(checksum) });
  },
};
