import type { CliIo } from '../cli-io.js';
import { runChecksumTool } from './run-checksum-tool.js';

/**
 * Runs `wcs_etag_cal`.
 *
 * @param argv - the arguments, without those of Node.js itself
 * @param io - where it reads and writes
 * @returns the exit status
 */
export async function runEtagCal(argv: readonly string[], io: CliIo): Promise<number> {
  const tool = {
    name: 'wcs_etag_cal',
    subcommand: 'etag',
    description: 'wcs-etags',
    async checksum(path: string, options: { signal: AbortSignal }) {
      const { etagFile } = await import('@curve-wcs/etag');
      return etagFile(path, options);
    },
  };
  return runChecksumTool(tool, argv, io);
}
