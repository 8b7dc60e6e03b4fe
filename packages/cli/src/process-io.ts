import type { CliIo } from './cli-io.js';
import { ExitCode } from './exit-code.js';
import { Interruption } from './interruption.js';

/** What shells report for a process that a closed pipe has ended: 128 plus the number of SIGPIPE. */
const BROKEN_PIPE = 141;
/** And for one that its terminal has ended. */
const HANG_UP = 129;

/** The surroundings of this process. */
export function processIo(signal: AbortSignal = new AbortController().signal): CliIo {
  const { stdin, stdout, stderr, env } = process;
  return { stdin, stdout, stderr, env, cwd: process.cwd(), signal };
}

/** Runs a tool as this process: with its arguments, signals and exit status. */
export async function runProcess(
  tool: (argv: readonly string[], io: CliIo) => Promise<number>,
): Promise<void> {
  const abort = new AbortController();
  const io = processIo(abort.signal);
  for (const [name, exitCode] of [
    ['SIGHUP', HANG_UP],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.on(name, () => {
      if (name === 'SIGHUP' && !isOnTerminal()) return;
      if (abort.signal.aborted) endBySignal(name);
      abort.abort(new Interruption(name, exitCode));
    });
  }
  // Whoever reads our output, such as `head`, has seen enough.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (io.isServing) return;
    if (error.code === 'EPIPE') process.exit(BROKEN_PIPE);
    process.stderr.write(`cannot write to stdout: ${error.message}\n`);
    process.exit(ExitCode.failed);
  });
  // That nothing can be told, on a full disk for instance, is no reason not to do it.
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' && !io.isServing) process.exit(BROKEN_PIPE);
  });
  process.exitCode = await tool(process.argv.slice(2), io);
  // Node.js aborts when it exits without the terminal that it was started on.
  if ((abort.signal.reason as Interruption | undefined)?.exitCode === HANG_UP) endBySignal('SIGHUP');
  // What was written to a pipe that nobody reads would be waited for.
  if (abort.signal.aborted) process.exit();
}

/**
 * Whether a terminal can go away under this process. Node.js undoes what `nohup` did to the signal; what is left of it is
 * that nothing is connected to the terminal.
 */
function isOnTerminal(): boolean {
  return [process.stdin, process.stdout, process.stderr].some(stream => stream.isTTY);
}

/**
 * Whoever asks twice does not want to wait. `process.exit` would wait for what the system has not answered yet, such as
 * the opening of a pipe that nobody writes to.
 */
function endBySignal(name: NodeJS.Signals): void {
  process.emit('exit', 0);
  process.removeAllListeners(name);
  process.kill(process.pid, name);
}
