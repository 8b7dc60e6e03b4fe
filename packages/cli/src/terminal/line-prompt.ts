import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import type { CliIo } from '../cli-io.js';

/** Thrown when the answers end: end of input, or Ctrl-C. */
export class PromptClosed extends Error {}

/**
 * Asks questions on stdout and reads a line for each from stdin. Lines that were piped in before they were asked
 * for are kept, which the promises of node:readline do not do.
 */
export class LinePrompt implements Disposable {
  readonly #io: CliIo;
  readonly #readline: Interface;
  readonly #lines: string[] = [];
  #wake: (() => void) | undefined;
  #closed = false;
  #hidden = false;
  readonly #close = () => this.#readline.close();

  constructor(io: CliIo) {
    this.#io = io;
    const terminal = io.stdin.isTTY === true && io.stdout.isTTY === true;
    // On a terminal readline echoes what is typed; a secret is not echoed.
    const echo = new Writable({
      write: (chunk, _encoding, callback) => {
        if (!this.#hidden) io.stdout.write(chunk);
        callback();
      },
    });
    this.#readline = createInterface({ input: io.stdin, terminal, ...(terminal ? { output: echo } : {}) });
    this.#readline.on('line', line => this.#lines.push(line) && this.#wake?.());
    this.#readline.on('close', () => {
      this.#closed = true;
      this.#wake?.();
    });
    if (io.signal.aborted) this.#close();
    io.signal.addEventListener('abort', this.#close);
  }

  /**
   * Asks a question.
   *
   * @param options - `hidden`: do not echo the answer
   * @throws PromptClosed if there is no answer any more
   */
  async ask(question: string, { hidden = false } = {}): Promise<string> {
    this.#readline.setPrompt(question);
    if (this.#readline.terminal) this.#readline.prompt();
    else this.#io.stdout.write(question);
    this.#hidden = hidden;
    while (this.#lines.length === 0 && !this.#closed) {
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
    if (hidden && this.#readline.terminal) this.#io.stdout.write('\n');
    this.#hidden = false;
    const line = this.#lines.shift();
    if (line === undefined) throw new PromptClosed('no more input');
    return line.trim();
  }

  [Symbol.dispose](): void {
    this.#io.signal.removeEventListener('abort', this.#close);
    this.#readline.close();
  }
}
