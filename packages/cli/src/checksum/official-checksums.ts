import { resolve } from 'node:path';
import type { CliIo } from '../cli-io.js';
import { ExitCode } from '../exit-code.js';
import { OfficialLog } from '../python/official-log.js';
import { pythonReprList } from '../python/python-repr.js';
import type { Output } from '../terminal/output.js';
import type { ChecksumTool } from './run-checksum-tool.js';
import { unreadable } from './unreadable.js';

/** What an official checksum tool says besides its results. */
export interface OfficialTalk {
  /** Lines that it logs about each file. */
  about?(path: string): Promise<string[]>;
  /** Python's name of the error that ends it at a file that is not there. */
  uncaught: string;
}

/** Does what the official tool does, as it does it: the first file that cannot be read is the end. */
export async function officialChecksums(
  { subcommand, checksum, official }: ChecksumTool,
  [word, ...files]: readonly string[],
  io: CliIo,
  out: Output,
): Promise<number> {
  if (word === undefined) return ExitCode.success;
  if (word !== subcommand || files.length === 0) {
    const problem =
      word === subcommand ? 'the following arguments are required: N' : `invalid choice: '${word}'`;
    io.stderr.write(`usage: WCS Python SDK ${subcommand} [-h] N [N ...]\n`);
    io.stderr.write(`WCS Python SDK ${subcommand}: error: ${problem}\n`);
    return ExitCode.usage;
  }
  const log = new OfficialLog(io.stderr);
  out.text(`${pythonReprList(files)}\n`);
  const checksums: string[] = [];
  for (const file of files) {
    const path = resolve(io.cwd, file);
    try {
      const lines = await official.about?.(path);
      checksums.push(await checksum(path, { signal: io.signal }));
      log.debug(...(lines ?? []));
    } catch (error) {
      io.signal.throwIfAborted();
      log.uncaught(official.uncaught, `${file}: ${unreadable(error)}`);
      return ExitCode.failed;
    }
  }
  out.line(checksums.join(' '));
  return ExitCode.success;
}
