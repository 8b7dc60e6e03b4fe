import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Bytes that went along with a message; of the recording only their length and hash are left. */
interface RecordedAttachment {
  length: number;
}

/** One call between the real client and a real cluster. */
export interface RecordedCall {
  serverPort: number;
  service: string;
  method: string;
  correlationId: number;
  request: { meta: string; message: string; attachment: RecordedAttachment | null };
  /** Missing where the caller did not wait for it. */
  response?: { errorCode: number; message: string; attachment: RecordedAttachment | null } | null;
}

/** A scenario: the calls of some commands, in order. */
export interface Recording {
  name: string;
  calls: RecordedCall[];
}

const folder = fileURLToPath(new URL('../vectors/', import.meta.url));

/** All recordings, in the order of their numbers. */
export const recordings: Recording[] = readdirSync(folder)
  .filter(name => /^\d\d_.*\.json$/.test(name))
  .sort()
  .map(name => {
    const { calls } = JSON.parse(readFileSync(`${folder}${name}`, 'utf8')) as { calls: RecordedCall[] };
    return { name, calls };
  });
