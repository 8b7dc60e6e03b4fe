import { getSystemErrorMap } from 'node:util';
import type { ServiceAnswer } from '@curve-wcs/wcs-sdk';
import { pythonLiteral } from '../../python/python-literal.js';
import { pythonRepr } from '../../python/python-repr.js';

/** Headers that are not spelled as their words suggest. */
const SPELLING: Record<string, string> = { etag: 'ETag', 'content-md5': 'Content-MD5' };

/** The tuple that a call of the official SDK returns: status, body and request. */
export function resultTuple(answer: ServiceAnswer, { text = false } = {}): string {
  const { status, headers } = answer;
  // Of a redirection it gives the address.
  if (status === 303) return tuple(status, pythonRepr(headers['location'] ?? ''), answer.requestId ?? '');
  const body = text ? pythonRepr(bodyText(answer)) : bodyLiteral(answer);
  return tuple(answer.status, body, answer.requestId ?? '');
}

/** The tuple where there was no answer. */
export function failureTuple(message: string): string {
  return tuple(-1, pythonRepr(message), '');
}

/** A body as Python prints what its JSON says; as text if it is none. */
export function bodyLiteral(answer: ServiceAnswer): string {
  const body = bodyText(answer);
  try {
    return pythonLiteral(body);
  } catch {
    return pythonRepr(body);
  }
}

export function bodyText({ body }: ServiceAnswer): string {
  return body?.toString('utf8') ?? '';
}

/** The headers of an answer as a dictionary. */
export function headersLiteral({ headers }: ServiceAnswer): string {
  const spelled = (name: string) =>
    SPELLING[name] ?? name.replace(/(^|-)[a-z]/g, letter => letter.toUpperCase());
  const entries = Object.entries(headers).map(([name, value]) => [spelled(name), value]);
  return pythonLiteral(JSON.stringify(Object.fromEntries(entries)));
}

/** An error of the system in Python's words: `[Errno 2] No such file or directory: 'file'`. */
export function systemError(error: NodeJS.ErrnoException, path: string): string {
  const number = error.errno ?? 0;
  const [code = '', said = error.message] = getSystemErrorMap().get(number) ?? [];
  const words = OTHER_WORDS[code] ?? said;
  const sentence = words.charAt(0).toUpperCase() + words.slice(1);
  return `[Errno ${Math.abs(number)}] ${sentence}: ${pythonRepr(path)}`;
}

/** Where those of libuv are not the system's own. */
const OTHER_WORDS: Record<string, string> = { EISDIR: 'is a directory' };

function tuple(status: number, body: string, requestId: string): string {
  return `(${status}, ${body}, {'x-reqid': ${pythonRepr(requestId)}})`;
}
