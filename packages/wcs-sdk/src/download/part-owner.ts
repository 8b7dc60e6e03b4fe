import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** The processes that can see one another: those of a machine, or of a container. */
const PLACE = createHash('sha256')
  .update(`${hostname()} ${ofSystem(() => readlinkSync('/proc/self/ns/pid'))}`)
  .digest('hex')
  .slice(0, 8);

const STARTED = startOf('self');

/** Without a word from it for so long, a process that cannot be seen from here is taken to be gone: a day, in milliseconds. */
const LONG_AGO = 24 * 3600_000;

/** A name that tells which process it belongs to, and that nothing else has. */
export function ownedName(): string {
  return `${PLACE}-${process.pid}-${STARTED}-${randomBytes(6).toString('hex')}`;
}

/**
 * Whether a name was made by {@link ownedName} in a process that is no more. Ids of processes are given again, so that
 * it began at the same time counts, too, where the system tells.
 *
 * @param lastChange - when what bears the name was changed last: milliseconds since the epoch
 */
export function isAbandoned(name: string, lastChange: number): boolean {
  const [, place, pid = '', started] = /^([0-9a-f]{8})-(\d{1,10})-(\d*)-[0-9a-f]{12}$/.exec(name) ?? [];
  if (place === undefined) return false;
  if (place !== PLACE) return Date.now() - lastChange > LONG_AGO;
  return !isAlive(Number(pid)) || startOf(pid) !== started;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process began, in the system's own unit; empty where the system does not tell. */
function startOf(pid: string): string {
  // The name of the program may hold spaces and brackets; the 20th field after it is what is wanted (proc_pid_stat(5)).
  return ofSystem(
    () =>
      readFileSync(`/proc/${pid}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .split(' ')[19] ?? '',
  );
}

function ofSystem(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
