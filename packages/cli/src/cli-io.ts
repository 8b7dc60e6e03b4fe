import type { Readable, Writable } from 'node:stream';

/** Where input comes from. */
export type InputStream = Readable & {
  /** Whether a person types it. */
  isTTY?: boolean;
};

/** Where output goes. */
export type OutputStream = Writable & {
  /** Whether a terminal shows it. */
  isTTY?: boolean;
  /** Width of that terminal. */
  columns?: number;
};

/** All that a command knows of its surroundings. A process has one; so has each test. */
export interface CliIo {
  /** What `-` reads in place of a file, and where answers to questions come from. */
  stdin: InputStream;
  /** Takes data, and nothing else. */
  stdout: OutputStream;
  /** Takes talk: progress, notices, errors. */
  stderr: OutputStream;
  /** Environment variables. */
  env: Record<string, string | undefined>;
  /** The folder that relative paths start from. */
  cwd: string;
  /** Ends the command; its reason may be an {@link Interruption}. */
  signal: AbortSignal;
  /** Set by commands that others use while they run: that nobody reads their output does not end them. */
  isServing?: boolean;
}
