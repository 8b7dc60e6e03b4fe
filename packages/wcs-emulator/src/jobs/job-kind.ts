/*
 * How to add a kind of job:
 *
 *   1. Implement `JobKind` in a file of this folder: `check` for what is refused at once, `run` for the work.
 *   2. Give it its name in `job-kinds.ts`.
 *   3. Have an operation call `context.jobs.submit({ kind, commands, … })` and answer the id it gets.
 *
 * The rest is done for it: the job and its commands are on the disk before the client is answered, they are carried
 * out in turn, a restart goes on where it was, and whoever asked for it is notified.
 */
import type { DetectionResults } from '../detection/detection-results.js';
import type { Programs } from '../media/programs.js';
import type { OutboundClient } from '../outbound/outbound-client.js';
import type { JobItemResult, ObjectName } from '../storage/metadata-store.js';
import type { Storage } from '../storage/storage.js';

/** What carries out the commands of one kind of job. */
export interface JobKind {
  /**
   * Looks at a command before the job is accepted.
   *
   * @returns the buckets that it reads or changes
   * @throws ServiceError 400 when it cannot be understood
   */
  check(command: string): readonly string[];

  /**
   * Carries a command out. What it throws is why the command failed; a `ServiceError` is meant for people.
   * Whatever it was doing when the process ended is done again from its beginning.
   */
  run(command: string, task: JobTask): Promise<JobItemResult>;

  /** How many commands of one job are carried out at once; more than 1 where their order cannot matter. @defaultValue `1` */
  atOnce?: number;
}

/** What a command gets to work with. */
export interface JobTask {
  storage: Storage;
  programs: Programs;
  /** What images were found to show. */
  detections: DetectionResults;
  /** Sends requests to other servers. */
  outbound: OutboundClient;
  /** The address of the emulator, without a final slash. */
  url: string;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Whether a result that exists already is made again. */
  force: boolean;
  /** The object that the job is about, for kinds that have one. */
  input: ObjectName | undefined;
  /** Whether the command was being carried out before when the process ended, and may have done its work. */
  repeated: boolean;
  /** How much an archive may unpack to, in bytes. */
  maxUnpackedBytes: number;
  /** Aborts when the emulator closes; the command is then repeated after the next start. */
  signal: AbortSignal;
}
