import type { IncomingHttpHeaders } from 'node:http';

/** What preconditions are held against. */
export interface Validators {
  /** With its quotes. */
  etag: string;
  /** In milliseconds since the epoch. */
  lastModified: number;
}

/** What a request's preconditions lead to (RFC 9110, section 13.2.2). */
export type PreconditionResult = 'proceed' | 'not-modified' | 'failed';

/** Evaluates the preconditions of a GET or HEAD in the prescribed order. A date that is none is ignored. */
export function evaluatePreconditions(
  headers: IncomingHttpHeaders,
  validators: Validators,
): PreconditionResult {
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined) {
    if (!matchesStrongly(ifMatch, validators.etag)) return 'failed';
  } else {
    const since = parseDate(headers['if-unmodified-since']);
    if (since !== undefined && wholeSeconds(validators.lastModified) > since) return 'failed';
  }
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) {
    return matchesWeakly(ifNoneMatch, validators.etag) ? 'not-modified' : 'proceed';
  }
  const since = parseDate(headers['if-modified-since']);
  return since !== undefined && wholeSeconds(validators.lastModified) <= since ? 'not-modified' : 'proceed';
}

/** Whether `If-Range`, if there is one, lets a range be answered. */
export function allowsRange(ifRange: string | string[] | undefined, validators: Validators): boolean {
  if (ifRange === undefined) return true;
  if (typeof ifRange !== 'string') return false;
  if (ifRange.startsWith('"') || ifRange.startsWith('W/')) return ifRange === validators.etag;
  return parseDate(ifRange) === wholeSeconds(validators.lastModified);
}

function matchesStrongly(list: string, etag: string): boolean {
  return list.trim() === '*' || splitTags(list).includes(etag);
}

function matchesWeakly(list: string, etag: string): boolean {
  return list.trim() === '*' || splitTags(list).some(tag => tag.replace(/^W\//, '') === etag);
}

function splitTags(list: string): string[] {
  return list.split(',').map(tag => tag.trim());
}

/** HTTP dates have no fractions. */
function wholeSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}

function parseDate(text: string | undefined): number | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
