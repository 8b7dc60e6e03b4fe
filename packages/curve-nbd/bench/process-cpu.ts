import { readdirSync, readFileSync } from 'node:fs';

/** Seconds of CPU that a process and its threads have used; Linux only. */
export function processCpu(pid: number): number {
  let nanoseconds = 0;
  for (const id of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'latin1').split(' ')[0]);
  }
  return nanoseconds / 1e9;
}

/** Bytes of memory that a process has resident now, and had at most. */
export function residentMemory(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const kilobytes = (name: string) => Number(status.match(new RegExp(`^${name}:\\s+(\\d+)`, 'm'))?.[1]);
  return { now: kilobytes('VmRSS') * 1024, peak: kilobytes('VmHWM') * 1024 };
}
