import type { Readable, Writable } from 'node:stream';

/** Where input comes from; `isTTY` if a person types it. */
export type InputStream = Readable & { isTTY?: boolean };

/** Where output goes; `isTTY` if a terminal shows it. */
export type OutputStream = Writable & { isTTY?: boolean; columns?: number };

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
}
