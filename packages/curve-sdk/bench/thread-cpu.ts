import { readdirSync, readFileSync } from 'node:fs';

/** The name that the native client gives its thread. */
const IO_THREAD = 'curve-io';

/** Seconds of CPU that the threads of this process have used. */
export interface ThreadCpu {
  /** The one that runs JavaScript. */
  readonly js: number;
  readonly io: number;
  /** V8's garbage collector and compiler, and libuv's pool. */
  readonly other: number;
}

/** Linux only: it is the one that counts by thread, in nanoseconds. */
export function threadCpu(): ThreadCpu {
  const used = { js: 0, io: 0, other: 0 };
  for (const id of readdirSync('/proc/self/task')) {
    const folder = `/proc/self/task/${id}`;
    const seconds = Number(readFileSync(`${folder}/schedstat`, 'latin1').split(' ')[0]) / 1e9;
    if (Number(id) === process.pid) used.js += seconds;
    else if (readFileSync(`${folder}/comm`, 'latin1').trim() === IO_THREAD) used.io += seconds;
    else used.other += seconds;
  }
  return used;
}
