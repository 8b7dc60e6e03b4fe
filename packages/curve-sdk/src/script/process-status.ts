import { existsSync, readFileSync } from 'node:fs';

const STATUS = '/proc/self/status';

/** Peak and present memory and the number of threads, as far as the system tells. */
export function processStatus(): string {
  if (!existsSync(STATUS)) {
    const present = Math.round(process.memoryUsage.rss() / 1024);
    return `VmHWM=${process.resourceUsage().maxRSS}kB VmRSS=${present}kB`;
  }
  const fields = new Map(
    readFileSync(STATUS, 'utf8')
      .split('\n')
      .map(line => line.split(/:\s+/, 2) as [string, string]),
  );
  return ['VmHWM', 'VmRSS', 'Threads']
    .map(name => `${name}=${(fields.get(name) ?? '').replaceAll(' ', '')}`)
    .join(' ');
}
