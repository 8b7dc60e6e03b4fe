import { Readable, Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { CliIo } from '../../src/index.js';

/** What a run has left. */
export interface Run {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Surroundings for a tool run in this process. */
export interface TestIoOptions {
  cwd: string;
  stdin?: string | Uint8Array | Readable;
  env?: Record<string, string>;
  signal?: AbortSignal;
  /** Takes the data; for those that are no text. */
  stdout?: Collector;
  /** Whether all three streams are a terminal. */
  terminal?: boolean;
}

type Tool = (argv: readonly string[], io: CliIo) => Promise<number>;

/** Collects what is written. */
export class Collector extends Writable {
  readonly chunks: Buffer[] = [];
  declare isTTY?: boolean;
  readonly columns = 100;

  override _write(chunk: Buffer | string, _encoding: string, callback: () => void): void {
    this.chunks.push(Buffer.from(chunk));
    callback();
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString('utf8');
  }
}

/** Runs a tool in this process. */
export async function runTool(tool: Tool, argv: readonly string[], options: TestIoOptions): Promise<Run> {
  const io = testIo(options);
  const exitCode = await tool(argv, io);
  return { exitCode, stdout: io.stdout.text, stderr: io.stderr.text };
}

/** Surroundings whose output can be looked at. */
export function testIo(options: TestIoOptions): CliIo & { stdout: Collector; stderr: Collector } {
  const { stdout = new Collector() } = options;
  const stderr = new Collector();
  const given = options.stdin ?? '';
  const stdin: CliIo['stdin'] = given instanceof Readable ? given : Readable.from([Buffer.from(given)]);
  onTestFinished(() => void stdin.destroy());
  if (options.terminal) for (const stream of [stdin, stdout, stderr]) stream.isTTY = true;
  return {
    stdin,
    stdout,
    stderr,
    env: { HOME: options.cwd, ...options.env },
    cwd: options.cwd,
    signal: options.signal ?? new AbortController().signal,
  };
}
