import type { CliIo } from '../cli-io.js';
import { runChecksumTool } from './run-checksum-tool.js';

/**
 * Runs `wcs_crc64_cal`.
 *
 * @param argv - the arguments, without those of Node.js itself
 * @param io - where it reads and writes
 * @returns the exit status
 */
export async function runCrc64Cal(argv: readonly string[], io: CliIo): Promise<number> {
  const tool = {
    name: 'wcs_crc64_cal',
    subcommand: 'crc64',
    description: 'CRC-64s, in decimal,',
    official: { uncaught: 'wcs.commons.error_deal.ParameterError' },
    async checksum(path: string, options: { signal: AbortSignal }) {
      const { crc64File } = await import('@curve-wcs/etag');
      return String(await crc64File(path, options));
    },
  };
  return runChecksumTool(tool, argv, io);
}
