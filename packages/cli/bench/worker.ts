// A process that runs one command after the other, as its parent tells it, and says how each has ended.
import { Readable, Writable } from 'node:stream';
import { runCurvecmd, runWcscmd } from '../dist/index.js';

/** What the parent sends. */
export interface Order {
  tool: 'wcscmd' | 'curvecmd';
  argv: string[];
  cwd: string;
  env: Record<string, string>;
}

/** What it gets. */
export interface Outcome {
  status: number;
  talk: string;
}

const NEVER = new AbortController().signal;

process.on('message', ({ tool, argv, cwd, env }: Order) => {
  const talk: string[] = [];
  const stream = () =>
    new Writable({ write: (chunk, _encoding, done) => done(void talk.push(String(chunk))) });
  const run = tool === 'wcscmd' ? runWcscmd : runCurvecmd;
  const io = { stdin: Readable.from([]), stdout: stream(), stderr: stream(), env, cwd, signal: NEVER };
  void run(argv, io).then(status => process.send?.({ status, talk: talk.join('') } satisfies Outcome));
});
process.on('disconnect', () => process.exit());
