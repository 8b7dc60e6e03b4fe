import { once } from 'node:events';
import type { CliIo, OutputStream } from '../cli-io.js';
import { type Colors, createColors } from './colors.js';
import { visible, visibleJson } from './visible.js';

/** What a command says: data on stdout, talk on stderr. Nothing of it can steer the terminal. */
export class Output {
  /** Data as JSON rather than as text. */
  json = false;
  /** No notices. */
  quiet = false;
  /** Details, too. */
  verbose = false;
  readonly #io: CliIo;
  readonly #tool: string;

  /** @param tool - the name that begins each line of talk */
  constructor(io: CliIo, tool: string) {
    this.#io = io;
    this.#tool = tool;
  }

  /** Text of our own that may have several lines, such as help. */
  text(text: string): void {
    this.#io.stdout.write(text);
  }

  /** A line of data. */
  line(text: string): void {
    this.#io.stdout.write(`${visible(text)}\n`);
  }

  /** Data for programs: indented for a person who looks on, one line otherwise. */
  value(value: unknown): void {
    this.#io.stdout.write(`${visibleJson(value, this.tabular ? 2 : undefined)}\n`);
  }

  /** One of many data for programs: one line each. */
  record(value: unknown): void {
    this.#io.stdout.write(`${visibleJson(value)}\n`);
  }

  /**
   * The result of a command, in the form that is wanted.
   *
   * @param fields - for people: those that are undefined are left out
   * @param value - for programs
   */
  result(fields: Record<string, string | number | undefined>, value: unknown): void {
    if (this.json) {
      this.value(value);
      return;
    }
    const { bold } = colorsFor(this.#io.stdout, this.#io.env);
    for (const [name, field] of Object.entries(fields)) {
      if (field !== undefined) this.#io.stdout.write(`${bold(name)}: ${visible(String(field))}\n`);
    }
  }

  /** Whether people look on, rather than a program. */
  get tabular(): boolean {
    return this.#io.stdout.isTTY === true;
  }

  /** Cells of a row, separated by tabs. */
  row(cells: readonly string[]): void {
    this.#io.stdout.write(`${cells.map(visible).join('\t')}\n`);
  }

  /** Ends when whoever reads our output can take more: what is listed need not fit into memory. */
  async ready(): Promise<void> {
    if (this.#io.stdout.writableNeedDrain) await once(this.#io.stdout, 'drain');
  }

  /** What was done where there is nothing to show: talk for people, data for programs. */
  done(text: string, value: unknown): void {
    if (this.json) this.record(value);
    else this.notice(text);
  }

  /** Rows for people: aligned under headings on a terminal, separated by tabs otherwise. */
  table(headings: readonly string[], rows: readonly (readonly string[])[]): void {
    if (!this.tabular) {
      for (const row of rows) this.row(row);
      return;
    }
    const shown = rows.map(row => row.map(visible));
    const widths = headings.map((heading, column) =>
      Math.max(heading.length, ...shown.map(row => row[column]?.length ?? 0)),
    );
    // The last column is the widest and the least even; unless it has numbers it needs no filling up.
    const last = headings.length - 1;
    const ragged = shown.some(row => !/^[\d.]*$/.test(row[last] ?? ''));
    const aligned = (row: readonly string[]) =>
      row
        .map((cell, column) => (column === last && ragged ? cell : cell.padStart(widths[column] ?? 0)))
        .join('  ');
    const { bold } = colorsFor(this.#io.stdout, this.#io.env);
    this.#io.stdout.write(`${bold(aligned(headings))}\n`);
    for (const row of shown) this.#io.stdout.write(`${aligned(row)}\n`);
  }

  /** A row of a table whose columns have these widths, all but the last; what is wider shifts the rest. */
  aligned(cells: readonly string[], widths: readonly number[], { heading = false } = {}): void {
    const line = cells.map((cell, column) => visible(cell).padStart(widths[column] ?? 0)).join('  ');
    const { bold } = colorsFor(this.#io.stdout, this.#io.env);
    this.#io.stdout.write(`${heading ? bold(line) : line}\n`);
  }

  /** Something worth knowing that is not data. */
  notice(text: string): void {
    if (!this.quiet) this.#talk(text);
  }

  /** Something that may be wrong. */
  warning(text: string): void {
    this.#talk(`${colorsFor(this.#io.stderr, this.#io.env).yellow('warning')}: ${visible(text)}`, {
      safe: true,
    });
  }

  /** Something for whoever looks for a fault. */
  detail(text: string): void {
    if (this.verbose) this.#talk(text);
  }

  /** Where an error comes from. Only stacks: other members of a foreign error may hold whole requests. */
  trace(error: unknown): void {
    for (let cause = error; cause instanceof Error; cause = cause.cause) {
      for (const line of (cause.stack ?? cause.message).split('\n')) this.#talk(line);
    }
  }

  /** Colours for stdout. */
  get colors(): Colors {
    return colorsFor(this.#io.stdout, this.#io.env);
  }

  /** Why the command failed. */
  failure(text: string): void {
    this.#talk(colorsFor(this.#io.stderr, this.#io.env).red(visible(text)), { safe: true });
  }

  #talk(text: string, { safe = false } = {}): void {
    this.#io.stderr.write(`${this.#tool}: ${safe ? text : visible(text)}\n`);
  }
}

/** Colours where a terminal shows them and the user does not refuse them (https://no-color.org). */
function colorsFor(stream: OutputStream, env: CliIo['env']): Colors {
  return createColors(stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb');
}
