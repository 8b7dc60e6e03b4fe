import { createWriteStream, promises as fs } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { CliError } from '../../cli-error.js';
import type { CliIo } from '../../cli-io.js';
import { ExitCode } from '../../exit-code.js';
import { throughTo } from '../../terminal/through-to.js';

/** Where an export goes. */
export interface Target {
  label: string;
  /** The file that it will be; none for pipes and devices. */
  file?: string;
  /** Gives a stream to write to where there is no such file. */
  stream(): Writable;
}

/** Looks at what a name on the command line stands for; `-` for stdout. */
export async function findTarget(io: CliIo, name: string): Promise<Target> {
  if (name === '-') return { label: 'stdout', stream: () => throughTo(io.stdout) };
  const path = resolve(io.cwd, name);
  const stats = await fs.stat(path).catch(() => undefined);
  if (stats?.isDirectory()) throw new CliError(ExitCode.failed, `${name} is a folder, not a file`);
  const stream = () => createWriteStream(path);
  if (stats && !stats.isFile()) return { label: name, stream };
  // A link stays one: what it points to is replaced.
  return { label: basename(path), file: stats ? await fs.realpath(path) : path, stream };
}
