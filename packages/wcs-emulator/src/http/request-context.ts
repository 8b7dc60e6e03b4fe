import type { IncomingHttpHeaders } from 'node:http';
import type { Accounts } from '../auth/accounts.js';
import type { DetectionResults } from '../detection/detection-results.js';
import type { FaultRegistry } from '../faults/fault-registry.js';
import type { JobRunner } from '../jobs/job-runner.js';
import type { LiveRecordings } from '../live/live-recordings.js';
import type { Programs } from '../media/programs.js';
import type { OutboundClient } from '../outbound/outbound-client.js';
import type { Storage } from '../storage/storage.js';
import type { AllowedHosts } from './check-host.js';
import type { Reply } from './reply.js';
import type { RequestFeed } from './request-feed.js';

/** What all requests share. */
export interface Services {
  /** Whether what the documents do not know is refused. */
  strict: boolean;
  /** The names under which it may be spoken to. */
  allowedHosts: AllowedHosts;
  accounts: Accounts;
  storage: Storage;
  faults: FaultRegistry;
  /** What images were found to show. */
  detections: DetectionResults;
  /** What was recorded of live channels. */
  liveRecordings: LiveRecordings;
  programs: Programs;
  /** Sends requests to other servers. */
  outbound: OutboundClient;
  /** The URLs that buckets mirror, by the buckets' names. */
  mirrorOrigins: Readonly<Record<string, string>>;
  /** Takes asynchronous jobs. */
  jobs: JobRunner;
}

/** Of which bucket a request is counted, once that is known. */
export interface RequestTally {
  bucket?: string;
  kind?: 'upload' | 'download';
}

/** A request on its way to an operation. */
export interface RequestContext extends Services {
  method: string;
  /** The request target as sent, still percent-encoded. */
  target: string;
  /** The target up to its query. */
  path: string;
  /** What follows the question mark, without it; empty when there is none. */
  query: string;
  headers: IncomingHttpHeaders;
  body: AsyncIterable<Buffer>;
  /** The peer's address; empty when it has gone. */
  remoteAddress: string;
  /** When the request came, in milliseconds since the epoch. */
  receivedAt: number;
  tally: RequestTally;
  /** Milliseconds since the epoch. */
  now(): number;
  /** The requests so far. */
  feed: RequestFeed;
  /** Says when the emulator is being closed. */
  closing: AbortSignal;
  /** The address of the emulator, without a final slash. */
  url: string;
}

/** Answers one kind of request. What it throws becomes the answer: a `ServiceError` as it says, all else 500. */
export type Operation = (context: RequestContext) => Promise<Reply>;

/**
 * A header's value; of several, all joined as HTTP prescribes.
 */
export function header(context: RequestContext, name: string): string | undefined {
  const value = context.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
