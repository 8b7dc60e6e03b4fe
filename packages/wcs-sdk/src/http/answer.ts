import { WcsError, type WcsErrorCode } from '../errors.js';
import { type AnswerMembers, isMembers } from './answer-members.js';
import type { WireResponse } from './transport.js';

/** What the statuses of the service mean (wcs-api §2.13), and whether trying again can help. */
const STATUSES: Record<number, [code: WcsErrorCode, meaning: string, retryable?: boolean]> = {
  400: ['BAD_REQUEST', 'the service found the request malformed'],
  401: ['UNAUTHORIZED', 'the token is wrong, expired, or does not allow this'],
  403: ['FORBIDDEN', 'the service forbids this'],
  404: ['NOT_FOUND', 'no such object'],
  405: ['METHOD_NOT_ALLOWED', 'the service does not know this method here'],
  406: ['OBJECT_EXISTS', 'the object exists and overwriting was not allowed'],
  407: ['NETWORK', 'the proxy asks for other credentials'],
  408: ['SERVER_ERROR', 'the service waited too long for the request', true],
  412: ['PRECONDITION_FAILED', 'a precondition failed'],
  413: ['TOO_LARGE', 'too large for the service or the put policy'],
  416: ['BAD_REQUEST', 'the range lies outside of the object'],
  429: ['SERVER_ERROR', 'too many requests', true],
  579: ['CALLBACK_FAILED', 'the object is stored, but the callback failed'],
  631: ['BUCKET_NOT_FOUND', 'no such bucket'],
  701: ['INVALID_CTX', 'the service refused a block context or a checksum'],
};

/** Throws the typed error for an answer that is not a success. */
export function requireSuccess(operation: string, subject: string, answer: WireResponse): void {
  if (answer.status < 200 || answer.status > 299) throw answerError(operation, subject, answer);
}

/**
 * The typed error for an answer that is not a success.
 *
 * @param status - what it means, where that is another than the status that it came with
 */
export function answerError(
  operation: string,
  subject: string,
  answer: Omit<WireResponse, 'headers'> & { headers?: Record<string, string> },
  { status = answer.status } = {},
): WcsError {
  const text = answer.body.toString('utf8');
  const members = parseObject(text);
  const serverMessage = typeof members?.['message'] === 'string' ? members['message'] : plainStart(text);
  const serverCode = Number(members?.['code']);
  const server = status >= 500 && status <= 599;
  const [code, meaning, retryable = false] =
    STATUSES[status] ??
    (server ? ['SERVER_ERROR', 'the service failed', true] : ['UNEXPECTED_RESPONSE', 'unexpected answer']);
  // The service's own words often begin with the same.
  const more = serverMessage && !serverMessage.startsWith(meaning) ? `: ${serverMessage}` : '';
  const said = more || !serverMessage ? `${meaning}${more}` : serverMessage;
  const id = answer.requestId ? `, request ${answer.requestId}` : '';
  const own = status === answer.status ? '' : `, but code ${status}`;
  return new WcsError(code, `${operation} ${subject}: ${said} (HTTP ${answer.status}${own}${id})`, {
    operation,
    status: answer.status,
    serverCode: Number.isFinite(serverCode) && members?.['code'] !== undefined ? serverCode : undefined,
    serverMessage: serverMessage || undefined,
    requestId: answer.requestId,
    retryable,
    retryAfter: retryAfter(answer.headers?.['retry-after']),
  });
}

function parseObject(text: string): AnswerMembers | undefined {
  // Failing to parse costs far more than looking.
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isMembers(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The start of a body that is not JSON (a proxy's HTML page, say), fit for one line. */
export function plainStart(text: string): string {
  const plain = text
    .replace(/<[^>]*>/g, ' ')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return plain.length > 120 ? `${plain.slice(0, 120)}…` : plain;
}

function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const seconds = Number(header);
  const milliseconds = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(milliseconds) && milliseconds >= 0 ? milliseconds : undefined;
}
