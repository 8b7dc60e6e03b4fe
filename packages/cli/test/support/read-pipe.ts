import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** All that comes out of a named pipe. A process of its own waits for it, so that nobody is kept from ending. */
export async function readPipe(path: string): Promise<Buffer> {
  const options = { encoding: 'buffer', timeout: 10_000, maxBuffer: 2 ** 24 } as const;
  const { stdout } = await promisify(execFile)('cat', [path], options);
  return stdout;
}
