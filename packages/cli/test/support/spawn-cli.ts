import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Run } from './test-io.js';

/** A command that runs as a process of its own, as users run it. */
export interface SpawnedCli {
  process: ChildProcessWithoutNullStreams;
  /** Settles when it has ended; a signal that ended it counts as 128 plus 9, as in shells. */
  ended: Promise<Run & { signal: NodeJS.Signals | null }>;
}

/** Starts a built binary. */
export function spawnCli(
  tool: 'curvecmd' | 'wcscmd' | 'wcs_etag_cal' | 'wcs_crc64_cal',
  argv: readonly string[],
  { cwd, env = {}, stdin = '' }: { cwd: string; env?: Record<string, string>; stdin?: string | Uint8Array },
): SpawnedCli {
  const program = fileURLToPath(new URL(`../../bin/${tool}.js`, import.meta.url));
  const child = spawn(process.execPath, [program, ...argv], {
    cwd,
    env: { ...process.env, HOME: cwd, NODE_V8_COVERAGE: '', ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', chunk => stdout.push(chunk));
  child.stderr.on('data', chunk => stderr.push(chunk));
  // A command that ends before it has read everything closes the pipe.
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  const ended = new Promise<Awaited<SpawnedCli['ended']>>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({
        exitCode: code ?? 137,
        signal,
        stdout: Buffer.concat(stdout).toString('utf8'),
        stderr: Buffer.concat(stderr).toString('utf8'),
      }),
    );
  });
  return { process: child, ended };
}
