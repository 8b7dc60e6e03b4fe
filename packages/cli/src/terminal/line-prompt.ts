import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import type { CliIo, OutputStream } from '../cli-io.js';

/** Thrown when the answers end. */
export class PromptClosed extends Error {
  /** Whether Ctrl-C was typed in place of an answer, rather than that the input has ended. */
  readonly interrupted: boolean;

  constructor(message: string, { interrupted = false } = {}) {
    super(message);
    this.interrupted = interrupted;
  }
}

/**
 * Asks questions and reads a line for each from stdin. Lines that were piped in before they were asked
 * for are kept, which the promises of node:readline do not do.
 */
export class LinePrompt implements Disposable {
  readonly #io: CliIo;
  readonly #output: OutputStream;
  readonly #readline: Interface;
  readonly #lines: string[] = [];
  #wake: (() => void) | undefined;
  #closed = false;
  #interrupted = false;
  #hidden = false;
  readonly #close = () => this.#readline.close();

  /** @param output - where the questions go */
  constructor(io: CliIo, output: OutputStream) {
    this.#io = io;
    this.#output = output;
    const terminal = io.stdin.isTTY === true && output.isTTY === true;
    // On a terminal readline echoes what is typed; a secret is not echoed.
    const echo = new Writable({
      write: (chunk, _encoding, callback) => {
        if (!this.#hidden) output.write(chunk);
        callback();
      },
    });
    this.#readline = createInterface({ input: io.stdin, terminal, ...(terminal ? { output: echo } : {}) });
    this.#readline.on('line', line => this.#lines.push(line) && this.#wake?.());
    // On a terminal readline is told of Ctrl-C, and the process is not.
    this.#readline.on('SIGINT', () => {
      this.#interrupted = true;
      this.#close();
    });
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
    else this.#output.write(question);
    this.#hidden = hidden;
    while (this.#lines.length === 0 && !this.#closed) {
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
    if (hidden && this.#readline.terminal) this.#output.write('\n');
    this.#hidden = false;
    const line = this.#lines.shift();
    if (line === undefined) throw new PromptClosed('no more input', { interrupted: this.#interrupted });
    return line.trim();
  }

  [Symbol.dispose](): void {
    this.#io.signal.removeEventListener('abort', this.#close);
    this.#readline.close();
  }
}
