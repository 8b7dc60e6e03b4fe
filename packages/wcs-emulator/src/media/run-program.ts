import { execFile } from 'node:child_process';
import { ServiceError } from '../http/service-error.js';

/** How long a program may take, in milliseconds. */
const timeout = 10 * 60_000;

/** The longest output of a program, in bytes. */
const maxBuffer = 16 * 1024 * 1024;

/**
 * Runs a program that works on files, without a shell.
 *
 * @returns what it wrote to stdout
 * @throws ServiceError 501 when there is no such program; 400 when it fails, with the end of what it complained
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  { signal }: { signal?: AbortSignal } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { timeout, maxBuffer, windowsHide: true, ...(signal && { signal }) };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else if (error.name === 'AbortError') reject(error);
      else if (error.code === 'ENOENT' || error.code === 'EACCES') {
        reject(new ServiceError(501, `this machine has no program ${program}`, { cause: error }));
      } else {
        const complaint = stderr.trim().split('\n').at(-1)?.slice(-500) || error.message;
        reject(new ServiceError(400, complaint, { cause: error }));
      }
    });
    child.stdin?.end();
  });
}
