import { type IncomingMessage, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Course } from '../call-options.js';
import { CurveError, subject } from '../errors/curve-error.js';

/** Milliseconds that a server may be silent, where nothing else is asked for. */
export const PATIENCE = 3000;
/** The whole of a page has so many times that. */
const PAGE_TIMES = 10;
/** Milliseconds that a timer can wait. */
const LONGEST_WAIT = 2 ** 31 - 1;
/** More bytes than any page has: a replica takes one KiB of it. */
const LONGEST_PAGE = 64 * 2 ** 20;

/** Which page, and how it is asked for. */
export interface PageRequest {
  /** `ip:port`. */
  readonly address: string;
  readonly path: string;
  /** @default GET without a body */
  readonly post?: string | undefined;
  /** Milliseconds that the server may be silent. */
  readonly patience: number;
  /** The time of `performance.now()` by which it must have answered. @default none */
  readonly until?: number | undefined;
}

/**
 * A page that a server of a Curve cluster has beside its RPCs, piece by piece (curve-cluster.md §4): brpc serves HTTP on
 * the same port.
 *
 * @throws CurveError `FAILED` when the server does not answer, answers with another status, or stops in between
 */
export async function* page(course: Course, asked: PageRequest): AsyncGenerator<string, void, undefined> {
  const { signal, deadline = Number.POSITIVE_INFINITY } = course.step();
  const { patience, until = Number.POSITIVE_INFINITY } = asked;
  const longest = Math.min(deadline, until - performance.now(), PAGE_TIMES * patience, LONGEST_WAIT);
  const limit = AbortSignal.timeout(Math.ceil(Math.max(0, longest)));
  const failed = (why: string, status?: string, cause?: unknown) => {
    const { operation, path } = course;
    const message = `${subject(operation, path)}: ${asked.address}${asked.path}: ${why}`;
    return new CurveError('FAILED', message, { operation, path, status, cause });
  };
  try {
    const response = await get(asked, signal === undefined ? limit : AbortSignal.any([signal, limit]));
    if (response.statusCode !== 200) {
      response.destroy();
      throw failed(`HTTP status ${response.statusCode}`, `HTTP ${response.statusCode}`);
    }
    response.setEncoding('latin1');
    let length = 0;
    for await (const piece of response as AsyncIterable<string>) {
      length += piece.length;
      if (length > LONGEST_PAGE) throw failed(`more than ${LONGEST_PAGE} bytes`);
      yield piece;
    }
  } catch (error) {
    if (error instanceof CurveError) throw error;
    // Of the call itself, if that is what ended it.
    course.step();
    if (limit.aborted) throw failed('no answer in time', 'ERPCTIMEDOUT', error);
    const { code, message } = error as NodeJS.ErrnoException;
    throw failed(message, code, error);
  }
}

/** The whole of a page. */
export async function wholePage(course: Course, asked: PageRequest): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of page(course, asked)) pieces.push(piece);
  return pieces.join('');
}

function get({ address, path, post, patience }: PageRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const [host, port] = address.split(':');
  const method = post === undefined ? 'GET' : 'POST';
  return new Promise((resolve, reject) => {
    const timeout = Math.min(patience, LONGEST_WAIT);
    const sent = request({ host, port, path, method, signal, agent: false, timeout }, resolve);
    sent.on('error', reject);
    sent.on('timeout', () => {
      sent.destroy(Object.assign(new Error('no answer in time'), { code: 'ERPCTIMEDOUT' }));
    });
    sent.end(post);
  });
}
