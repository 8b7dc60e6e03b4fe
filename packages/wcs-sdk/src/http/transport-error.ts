import { types } from 'node:util';
import { WcsError } from '../errors.js';

/** Turns what broke a request into what the caller is told. */
export function transportError(operation: string, url: string, error: unknown): WcsError {
  if (error instanceof WcsError) return error;
  if (types.isNativeError(error) && error.cause instanceof WcsError) return error.cause;
  const { code = '', syscall, cause } = error as NodeJS.ErrnoException & { cause?: unknown };
  const message = wordsOf(error);
  const host = URL.canParse(url) ? new URL(url).host : 'the service';
  // got's own error object holds the request's headers, and with them the token: never keep it as the cause.
  const underneath = types.isNativeError(cause) ? cause : Object.assign(new Error(message), { code });
  const details = { operation, cause: underneath, doubtful: syscall !== 'connect' && !NEVER_SENT.has(code) };
  if (code === 'ETIMEDOUT' || code === 'ESOCKETTIMEDOUT') {
    return new WcsError('TIMEOUT', `${operation}: ${host} did not answer in time (${message})`, {
      ...details,
      retryable: true,
    });
  }
  const certificate = /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code);
  return new WcsError('NETWORK', `${operation}: no usable connection to ${host} (${message})`, {
    ...details,
    retryable: !certificate,
  });
}

/** Failures from before the request was sent. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** What an error says; one of several attempts, as to the addresses of a host, has no words of its own. */
function wordsOf(error: unknown): string {
  if (!types.isNativeError(error)) return String(error);
  if (error.message !== '') return error.message;
  if ('errors' in error && Array.isArray(error.errors)) return error.errors.map(wordsOf).join(', ');
  return error.cause === undefined ? error.name : wordsOf(error.cause);
}
