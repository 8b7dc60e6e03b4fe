import { stat } from 'node:fs/promises';
import type { CliIo } from '../cli-io.js';
import { localTime } from '../python/official-log.js';
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
    official: {
      about: async (path: string) => {
        const { ctime, mtime, atime } = await stat(path);
        return [
          `文件绝对路径:${path}`,
          `文件创建时间:${localTime(ctime)}`,
          `最后一次修改的时间:${localTime(mtime)}`,
          `上次访问的时间:${localTime(atime)}`,
        ];
      },
      uncaught: 'FileNotFoundError',
    },
    async checksum(path: string, options: { signal: AbortSignal }) {
      const { etagFile } = await import('@curve-wcs/etag');
      return etagFile(path, options);
    },
  };
  return runChecksumTool(tool, argv, io);
}
