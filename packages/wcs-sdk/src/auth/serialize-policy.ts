import { requireObject } from '../check-arguments.js';
import { invalidArgument } from '../errors.js';
import type { PutPolicy } from './put-policy.js';

/**
 * How a policy is written as JSON. All are legal; the point is tokens that equal those of an official client to the
 * byte. `compact` is as Node.js and Java write it (and the default), `python` as Python 2 and 3 do, `php` and `go` as
 * these do.
 */
export type PolicyStyle = 'compact' | 'python' | 'php' | 'go';

interface Style {
  comma: string;
  colon: string;
  sorted?: boolean;
  /** Characters written as `\uXXXX`. */
  escaped?: RegExp;
  slashes?: boolean;
}

const NOT_ASCII = /[\u0080-\uffff]/g;

const STYLES: Record<PolicyStyle, Style> = {
  compact: { comma: ',', colon: ':' },
  python: { comma: ', ', colon: ': ', escaped: NOT_ASCII },
  php: { comma: ',', colon: ':', escaped: NOT_ASCII, slashes: true },
  go: { comma: ',', colon: ':', escaped: /[&<>\u2028\u2029]/g, sorted: true },
};

/** Writes a policy as JSON, without the members that are undefined. */
export function serializePolicy(policy: PutPolicy, style: PolicyStyle = 'compact'): string {
  requireObject('policy', policy);
  if (style !== 'compact' && !Object.hasOwn(STYLES, style)) {
    throw invalidArgument('style', `one of compact, ${Object.keys(STYLES).join(', ')}`, style);
  }
  return style === 'compact' ? JSON.stringify(policy) : write(policy, STYLES[style]);
}

function write(value: unknown, style: Style): string {
  if (Array.isArray(value)) return `[${value.map(item => write(item ?? null, style)).join(style.comma)}]`;
  if (typeof value !== 'object' || value === null) return withEscapes(JSON.stringify(value) ?? 'null', style);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  if (style.sorted) members.sort(([one], [other]) => (one < other ? -1 : 1));
  const written = members.map(
    ([name, member]) => `${write(name, style)}${style.colon}${write(member, style)}`,
  );
  return `{${written.join(style.comma)}}`;
}

function withEscapes(json: string, { escaped, slashes }: Style): string {
  const plain = slashes ? json.replaceAll('/', '\\/') : json;
  if (!escaped) return plain;
  return plain.replace(escaped, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
