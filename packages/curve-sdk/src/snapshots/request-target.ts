import { invalid } from '../checks.js';

/** An action of the service and its parameters, in the order that they are sent in. */
export interface ServiceRequest {
  readonly action: string;
  readonly parameters: Readonly<Record<string, string | undefined>>;
  /**
   * Whether it may be sent again when nobody knows what became of it. `question`: it changes nothing, and is asked again
   * also after an internal error.
   */
  readonly again: 'never' | 'may' | 'question';
  /** Whether it is answered when it is done, which may take as long as the MDS likes. */
  readonly synchronous?: boolean;
}

/** What the official tools send. */
const VERSION = '0.0.6';
/** Nothing is decoded at the other end: a space or control character breaks the request, `&` and `#` end the value. */
const UNSENDABLE = /[\p{Cc}\p{Surrogate} &#]/u;

/**
 * The request's path and query, a character for each byte of UTF-8, as node:http takes it. Values are sent as they are: the
 * service takes them literally (curve-snapshot.md §2).
 *
 * @throws CurveError `INVALID_ARGUMENT` one cannot be sent so
 */
export function requestTarget({ action, parameters }: ServiceRequest, operation: string): string {
  let query = `Action=${action}&Version=${VERSION}`;
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) continue;
    checkSendable(value, operation, name.toLowerCase());
    query += `&${name}=${value}`;
  }
  return Buffer.from(`/SnapshotCloneService?${query}`).toString('latin1');
}

/** A text that the service can be sent. */
export function checkSendable(value: unknown, operation: string, name: string): asserts value is string {
  if (typeof value !== 'string' || value === '')
    throw invalid(operation, name, 'a string that is not empty', value);
  if (UNSENDABLE.test(value))
    throw invalid(
      operation,
      name,
      'without spaces, control characters, & and #: the service knows no escapes',
      value,
    );
}
