import { readFileSync } from 'node:fs';

/** What the vendor's library logs between the lines of a transcript. */
const LOG_LINE = /^(?:[IWEF]\d{8} |WARNING: )/;

/** The lines of a recorded transcript, without logs. */
export function transcript(name: string): string[] {
  const text = readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8');
  return text.split('\n').filter(line => line !== '' && !LOG_LINE.test(line));
}

/** The command of a line with a result; undefined for the lines of entries, names and comments. */
export function commandOf(line: string): string | undefined {
  const end = line.indexOf(' => ');
  return end === -1 || line.startsWith('#') ? undefined : line.slice(0, end);
}

/**
 * Lines with what differs from run to run made equal: inode ids become numbers by first appearance, so that the same
 * id still has to be the same; times, the cluster's id and measurements go.
 */
export function normalised(lines: readonly string[]): string[] {
  const ids = new Map<string, string>();
  const named = (id: string) => {
    if (Number(id) <= 1) return id; // the root directory and the recycle bin
    const name = ids.get(id) ?? `#${ids.size + 1}`;
    ids.set(id, name);
    return name;
  };
  return lines
    .filter(line => !line.startsWith('#'))
    .map(line =>
      line
        .replace(/ \(\d+ us\)$/, '')
        .replace(/'[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'/, "'UUID'")
        .replace(
          /(RecycleBin\/|')([^'/\s]+)-(\d+)(-\d{10})\b/g,
          (_, start, name, id) => `${start}${name}-${named(id)}-TIME`,
        )
        .replace(/'([^']+)-(\d+)'/g, (_, name, id) => `'${name}-${named(id)}'`)
        .replace(/\b(id|parent)=(\d+)/g, (_, field, id) => `${field}=${named(id)}`)
        .replace(/\bctime=[1-9]\d*/, 'ctime=TIME')
        .replace(/\b(ops|secs|iops|MiB\/s|avg|p50|p95|p99|max|client_cpu_s)=[\d.]+/g, '$1=N'),
    );
}
