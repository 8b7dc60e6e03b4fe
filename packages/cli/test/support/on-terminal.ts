import { type ChildProcess, execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** What a terminal is sent by a built binary: `script` makes one, and is called differently on BSD systems. */
export async function onTerminal(
  tool: 'curvecmd' | 'wcscmd',
  words: readonly string[],
  {
    cwd,
    env = {},
    columns = 120,
    pipe,
    typed = '',
    answers,
  }: {
    cwd: string;
    env?: Record<string, string>;
    columns?: number;
    /** What stdout goes to in place of the terminal: a command. */
    pipe?: string;
    typed?: string;
    /** What is typed once a question is shown, in order; in place of `typed`. */
    answers?: readonly (readonly [question: string, answer: string])[];
  },
): Promise<string> {
  const program = fileURLToPath(new URL(`../../bin/${tool}.js`, import.meta.url));
  const line = [process.execPath, program, ...words].map(word => `'${word}'`).join(' ');
  const command = `stty cols ${columns}; ${line}${pipe === undefined ? '' : ` | ${pipe}`}`;
  const argv =
    process.platform === 'linux' ? ['-qec', command, '/dev/null'] : ['-q', '/dev/null', 'sh', '-c', command];
  const running = promisify(execFile)('script', argv, {
    cwd,
    env: { ...process.env, HOME: cwd, TERM: 'xterm', NODE_V8_COVERAGE: '', ...env },
  });
  if (answers) answerOn(running.child, answers);
  else running.child.stdin?.end(typed);
  // Whether it succeeds is not what this shows.
  const { stdout } = await running.catch((error: { stdout: string }) => error);
  return stdout;
}

function answerOn({ stdin, stdout }: ChildProcess, answers: readonly (readonly [string, string])[]): void {
  const open = [...answers];
  let shown = '';
  stdout?.on('data', chunk => {
    shown += String(chunk);
    for (let next = open[0]; next && shown.includes(next[0]); next = open[0]) {
      shown = shown.slice(shown.indexOf(next[0]) + next[0].length);
      stdin?.write(`${next[1]}\r`);
      open.shift();
    }
  });
}
