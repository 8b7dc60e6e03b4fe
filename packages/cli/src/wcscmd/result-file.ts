import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CliError } from '../cli-error.js';
import { ExitCode } from '../exit-code.js';
import { OptionValues } from '../options/option-values.js';
import { pythonLiteral } from '../python/python-literal.js';
import type { CommandContext } from './command.js';
import { givenValues } from './wcscmd-options.js';

/** The file that a listing is written to. It appears when it is whole, in place of any other of its name. */
export class ResultFile implements AsyncDisposable {
  /** Absolute. */
  readonly path: string;
  readonly #text: (answer: unknown) => string;
  #writing: { handle: FileHandle; path: string; target: string } | undefined;

  constructor(path: string, text: (answer: unknown) => string) {
    this.path = path;
    this.#text = text;
  }

  /** Adds an answer of the service. */
  async write(answer: unknown): Promise<void> {
    await this.#orFail(async () => {
      this.#writing ??= await openFor(this.path);
      await this.#writing.handle.appendFile(this.#text(answer));
    });
  }

  /** Lets the file appear. */
  async publish(): Promise<void> {
    await this.#orFail(async () => {
      await this.#writing?.handle.close();
      const { path, target } = this.#writing ?? {};
      if (path !== undefined && target !== undefined && path !== target) await rename(path, target);
      this.#writing = undefined;
    });
  }

  /** Removes what was not published. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#writing) return;
    await this.#writing.handle.close().catch(() => {});
    if (this.#writing.path !== this.#writing.target) await rm(this.#writing.path, { force: true });
  }

  async #orFail(work: () => Promise<void>): Promise<void> {
    await work().catch(error => {
      throw new CliError(ExitCode.failed, `cannot write ${this.path}: ${error.message}`, { cause: error });
    });
  }
}

/**
 * The file that RESFILE names, if it was given: JSON, or with `--format python` what the official tool writes there.
 *
 * @param options - `lines`: whether it gets many answers, each on a line of its own
 */
export function resultFile(
  { io, options }: Pick<CommandContext, 'io' | 'options'>,
  name: string | undefined,
  { lines }: { lines: boolean },
): ResultFile | undefined {
  const format = new OptionValues(givenValues(options)).choice('format', ['json', 'python']) ?? 'json';
  if (name === undefined) return undefined;
  return new ResultFile(resolve(io.cwd, name), answer => {
    const json = JSON.stringify(answer);
    if (format === 'json') return `${json}\n`;
    // The official tool ends lines only where it may write several.
    return lines ? `${pythonLiteral(json)}\n` : pythonLiteral(json);
  });
}

/** A file beside the one that is wanted, unless that is something else, such as /dev/stdout. */
async function openFor(wanted: string): Promise<{ handle: FileHandle; path: string; target: string }> {
  const { throughLinks } = await import('@curve-wcs/wcs-sdk');
  const target = await throughLinks(wanted);
  const existing = await stat(target).catch(() => undefined);
  if (existing && !existing.isFile()) return { handle: await open(target, 'w'), path: target, target };
  const path = `${target}.${randomBytes(6).toString('hex')}.part`;
  const handle = await open(path, 'wx', existing ? existing.mode & 0o666 : 0o666);
  if (existing) await handle.chmod(existing.mode & 0o7777);
  return { handle, path, target };
}
