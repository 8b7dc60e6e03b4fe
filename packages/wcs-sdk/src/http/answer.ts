import { urlSafeBase64Decode } from '@curve-wcs/etag';
import { WcsError, type WcsErrorCode } from '../errors.js';
import { type AnswerMembers, isMembers, objectsMember } from './answer-members.js';
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

/** The typed error for an answer that is not a success. */
export function answerError(
  operation: string,
  subject: string,
  answer: Omit<WireResponse, 'headers'> & { headers?: Record<string, string> },
): WcsError {
  const text = answer.body.toString('utf8');
  const members = parseObject(text);
  const serverMessage = typeof members?.['message'] === 'string' ? members['message'] : plainStart(text);
  const serverCode = Number(members?.['code']);
  const server = answer.status >= 500 && answer.status <= 599;
  const [code, meaning, retryable = false] =
    STATUSES[answer.status] ??
    (server ? ['SERVER_ERROR', 'the service failed', true] : ['UNEXPECTED_RESPONSE', 'unexpected answer']);
  // The service's own words often begin with the same.
  const more = serverMessage && !serverMessage.startsWith(meaning) ? `: ${serverMessage}` : '';
  const said = more || !serverMessage ? `${meaning}${more}` : serverMessage;
  const id = answer.requestId ? `, request ${answer.requestId}` : '';
  return new WcsError(code, `${operation} ${subject}: ${said} (HTTP ${answer.status}${id})`, {
    operation,
    status: answer.status,
    serverCode: Number.isFinite(serverCode) && members?.['code'] !== undefined ? serverCode : undefined,
    serverMessage: serverMessage || undefined,
    requestId: answer.requestId,
    retryable,
    retryAfter: retryAfter(answer.headers?.['retry-after']),
  });
}

/** The members of a JSON answer; anything else is an error that keeps status and text. */
export function jsonAnswer(operation: string, subject: string, answer: WireResponse): AnswerMembers {
  requireSuccess(operation, subject, answer);
  const members = parseObject(answer.body.toString('utf8'));
  if (members) return members;
  throw notJson(operation, subject, answer);
}

/** A JSON answer that may be a list by itself, or an object that holds it as `items`. */
export function jsonListAnswer(
  operation: string,
  subject: string,
  answer: WireResponse,
): { items: AnswerMembers[]; raw: unknown } {
  requireSuccess(operation, subject, answer);
  const raw = parseJson(answer.body.toString('utf8'));
  if (Array.isArray(raw)) return { items: raw.filter(isMembers), raw };
  if (isMembers(raw)) return { items: objectsMember(raw, 'items'), raw };
  throw notJson(operation, subject, answer);
}

function notJson(operation: string, subject: string, answer: WireResponse): WcsError {
  const text = plainStart(answer.body.toString('utf8'));
  return new WcsError(
    'UNEXPECTED_RESPONSE',
    `${operation} ${subject}: the answer is not JSON: ${text || 'empty body'}`,
    {
      operation,
      status: answer.status,
      requestId: answer.requestId,
      serverMessage: text,
      retryable: true,
    },
  );
}

/** The members of an upload's answer: JSON, or URL-safe Base64 of `name=value&…` (wcs-api §2.2), else none. */
export function uploadAnswer(answer: WireResponse): AnswerMembers {
  const text = answer.body.toString('utf8').trim();
  const members = parseObject(text);
  if (members) return members;
  let decoded = text;
  try {
    decoded = Buffer.from(urlSafeBase64Decode(text)).toString('utf8');
  } catch {
    // Plain text it is, then.
  }
  if (!decoded.includes('=')) return {};
  return Object.fromEntries(
    decoded.split('&').map(pair => {
      const [name = '', ...value] = pair.split('=');
      return [name, value.join('=')];
    }),
  );
}

function parseObject(text: string): AnswerMembers | undefined {
  // Failing to parse costs far more than looking.
  if (!/^\s*\{/.test(text)) return undefined;
  const value = parseJson(text);
  return isMembers(value) ? value : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The start of a body that is not JSON (a proxy's HTML page, say), fit for one line. */
function plainStart(text: string): string {
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
