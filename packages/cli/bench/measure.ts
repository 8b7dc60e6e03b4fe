import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a run took. */
export interface Measured {
  seconds: number;
  cpuSeconds: number;
  /** The most resident memory, in bytes. */
  most: number;
}

/** Path of a file of this folder. */
export const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Runs something in a process of its own; `home` has the configuration. */
export async function measure(home: string, words: readonly string[]): Promise<Measured> {
  const child = fork(script('command.ts'), words, {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, HOME: home, XDG_STATE_HOME: '' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let measured: Measured | undefined;
  child.on('message', message => {
    measured = message as Measured;
  });
  const [code] = (await once(child, 'exit')) as [number];
  if (!measured) throw new Error(`${words.join(' ')} ended with ${code}`);
  return measured;
}

/** The run in the middle, by its time. */
export function median(runs: readonly Measured[]): Measured {
  const middle = [...runs].sort((a, b) => a.seconds - b.seconds)[runs.length >> 1];
  if (!middle) throw new Error('nothing was measured');
  return middle;
}
