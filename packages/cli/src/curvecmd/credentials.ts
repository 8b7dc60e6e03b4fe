import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { configError } from '../cli-error.js';
import type { CurveContext } from './curve-command.js';

/** Who asks. */
export interface Credentials {
  name: string;
  password?: string;
}

/**
 * Reads user and password from the options, else from the environment. A password is never an argument.
 *
 * @param otherwise - who it is if nobody is named
 */
export async function readCredentials(context: CurveContext, otherwise?: string): Promise<Credentials> {
  const { io, options } = context;
  const name = options.text('user') ?? (io.env['CURVE_USER'] || otherwise);
  if (!name) throw configError('no user is given', { hint: 'name one with --user NAME or CURVE_USER' });
  const file = options.text('password-file');
  const password = file === undefined ? io.env['CURVE_PASSWORD'] : await readPassword(context, file);
  return password ? { name, password } : { name };
}

/** The first line of a file; others should not be able to read it. */
async function readPassword({ io, out }: CurveContext, name: string): Promise<string> {
  const path = resolve(io.cwd, name);
  try {
    await using file = await open(path);
    const { mode } = await file.stat();
    // Windows has no such modes.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      out.warning(`others may read the password file ${path}; chmod 600 ends that`);
    }
    const [line = ''] = (await file.readFile('utf8')).split(/\r?\n/);
    if (line !== '') return line;
  } catch (error) {
    throw configError(`cannot read the password file ${path}: ${(error as Error).message}`, { cause: error });
  }
  throw configError(`the password file ${path} is empty`);
}
