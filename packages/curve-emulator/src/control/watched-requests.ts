import { ChunkOpStatus, ChunkService } from '../proto/chunk_pb.js';
import { CurveFSService, StatusCode } from '../proto/nameserver2_pb.js';
import { type LoggedCall, type RequestLog, recordOf } from '../rpc/request-log.js';
import { ControlError } from './control-error.js';

/** The longest that a reader is kept waiting for news, in milliseconds. */
const longestWait = 20_000;

/**
 * The calls that ended after the one with the number `after`, or the latest; waits for one up to `wait` milliseconds when
 * there is none yet.
 */
export async function watchedRequests(
  { feed }: RequestLog,
  query: URLSearchParams,
  ending: AbortSignal,
): Promise<unknown> {
  const after = wholeNumber(query, 'after');
  const wait = Math.min(wholeNumber(query, 'wait'), longestWait);
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), wait);
  try {
    await feed.waitAfter(after, AbortSignal.any([ending, over.signal]));
  } finally {
    clearTimeout(timer);
  }
  return {
    last: feed.last,
    requests: feed.after(after).map(({ number, call }) => ({ number, ...describe(call) })),
  };
}

function describe(call: LoggedCall): Record<string, unknown> {
  const { time, role, port, service, method, status, errorCode, attachmentIn, attachmentOut, request } =
    recordOf(call);
  // What proves who somebody is is nobody else's concern.
  const { signature: _, ...fields } = request;
  return {
    ...{ time, role, port, service, method, attachmentIn, attachmentOut },
    ok: errorCode === 0 && (status ?? 0) === 0,
    outcome: outcomeOf(service, status, errorCode),
    request: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)])),
  };
}

/** What was answered, in the protocol's words where it has some. */
function outcomeOf(service: string, status: number | undefined, errorCode: number | undefined): string {
  if (errorCode === undefined) return 'no answer';
  if (errorCode !== 0) return `error ${errorCode}`;
  if (status === undefined) return 'answered';
  if (service === CurveFSService.typeName) return StatusCode[status] ?? String(status);
  if (service === ChunkService.typeName) return ChunkOpStatus[status] ?? String(status);
  return String(status);
}

function wholeNumber(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? '0';
  if (!/^\d{1,15}$/.test(text)) throw new ControlError(400, `${name} is no whole number`);
  return Number(text);
}
