import { requireObject } from '../check-arguments.js';
import { checkBucket, checkKey } from '../encoding.js';
import { invalidArgument, WcsError } from '../errors.js';
import { wholeNumber } from '../number-options.js';
import { checkTemplate } from './policy-template.js';

/** The members of a put policy (wcs-api §1.3): what an upload token allows, and what happens after the upload. */
export interface PutPolicy {
  /** `bucket`, or `bucket:key` to allow this key only. */
  scope: string;
  /** When the token expires: **milliseconds** since the epoch. */
  deadline: number | string;
  /** Template of the stored key when the client gives none; form uploads only. */
  saveKey?: string;
  /** Largest size allowed, in bytes; 0 means no limit. */
  fsizeLimit?: number | string;
  /** 1 replaces an existing object; 0 (the default) makes the upload fail with `OBJECT_EXISTS`. */
  overwrite?: 0 | 1 | '0' | '1';
  /** A form upload is answered with 303 to this URL. Not with `callbackUrl`. */
  returnUrl?: string;
  /** Template of what the answer contains, such as `hash=$(hash)&size=$(fsize)`. */
  returnBody?: string;
  /** The service posts `callbackBody` here after storing. */
  callbackUrl?: string;
  /** Template of the callback's body. */
  callbackBody?: string;
  /** Processing commands to run after storing, separated by `;`. */
  persistentOps?: string;
  /** Receives the result of `persistentOps`. */
  persistentNotifyUrl?: string;
  /** Content moderation, such as `imagePorn`; several separated by `;`. */
  contentDetect?: string;
  /** Receives the moderation result. */
  detectNotifyURL?: string;
  /** Which moderation results to notify. */
  detectNotifyRule?: string;
  /** 1 notifies per command, 0 once for all. */
  separate?: 0 | 1 | '0' | '1';
  /** Instant-upload switch; what it does is not in the public documents. */
  instant?: 0 | 1 | '0' | '1';
  /** Overrides the stored modification time: milliseconds since the epoch. */
  lastModifiedTime?: string;
  /** `crc64ecma` asks the service for a CRC-64. */
  hashAlgorithm?: string;
  /** Members that the service adds later. */
  [member: string]: unknown;
}

/** A template of `name=value&…`: as text, or as its members, whose values may hold variables such as `$(key)`. */
export type PolicyTemplate = string | Record<string, string>;

/** What a {@link PutPolicy} is made of besides its scope and end, in the types of this language. */
export interface PutPolicyMembers {
  /** {@inheritDoc PutPolicy.saveKey} */
  saveKey?: string | undefined;
  /** {@inheritDoc PutPolicy.fsizeLimit} */
  fsizeLimit?: number | string | undefined;
  /** Replace an existing object. Default false. */
  overwrite?: Switch | undefined;
  /** {@inheritDoc PutPolicy.returnUrl} */
  returnUrl?: string | URL | undefined;
  /** {@inheritDoc PutPolicy.returnBody} */
  returnBody?: PolicyTemplate | undefined;
  /** {@inheritDoc PutPolicy.callbackUrl} */
  callbackUrl?: string | URL | undefined;
  /** {@inheritDoc PutPolicy.callbackBody} */
  callbackBody?: PolicyTemplate | undefined;
  /** Processing commands to run after storing. */
  persistentOps?: string | readonly string[] | undefined;
  /** {@inheritDoc PutPolicy.persistentNotifyUrl} */
  persistentNotifyUrl?: string | URL | undefined;
  /** Content moderation, such as `imagePorn`. */
  contentDetect?: string | readonly string[] | undefined;
  /** {@inheritDoc PutPolicy.detectNotifyURL} */
  detectNotifyURL?: string | URL | undefined;
  /** {@inheritDoc PutPolicy.detectNotifyRule} */
  detectNotifyRule?: string | undefined;
  /** Notify per command. Default false: once for all. */
  separate?: Switch | undefined;
  /** {@inheritDoc PutPolicy.instant} */
  instant?: Switch | undefined;
  /** Stored modification time in place of now: a date, or milliseconds since the epoch. */
  lastModifiedTime?: Date | number | string | undefined;
  /** {@inheritDoc PutPolicy.hashAlgorithm} */
  hashAlgorithm?: string | undefined;
}

/** On or off, as this language or as the protocol writes it. */
export type Switch = boolean | 0 | 1 | '0' | '1';

/** What {@link putPolicy} makes a policy of. */
export interface PutPolicyOptions extends PutPolicyMembers {
  /** Bucket that may be uploaded to. */
  bucket: string;
  /** The only key that may be uploaded to. Default: any. */
  key?: string;
  /** When the token expires: a date, or **milliseconds** since the epoch. */
  deadline?: Date | number;
  /** Lifetime in seconds, in place of `deadline`. Default 3,600. */
  expiresIn?: number;
}

/**
 * Makes a put policy (wcs-api §1.3), and refuses what the service would refuse or silently ignore: unknown
 * variables in templates, members that exclude each other or are of no use alone, seconds for milliseconds.
 *
 * @throws WcsError `INVALID_ARGUMENT`
 * @example
 * ```ts
 * import { putPolicy, uploadToken } from '@curve-wcs/wcs-sdk';
 *
 * const policy = putPolicy({
 *   bucket: 'photos',
 *   key: 'a.jpg',
 *   expiresIn: 600,
 *   overwrite: true,
 *   fsizeLimit: 5_000_000,
 *   callbackUrl: 'https://app.example.com/uploaded',
 *   callbackBody: { key: '$(key)', hash: '$(hash)', user: '$(x:user)' },
 * });
 * const token = uploadToken({ accessKey: 'ak', secretKey: 'sk' }, policy);
 * ```
 */
export function putPolicy(options: PutPolicyOptions): PutPolicy {
  requireObject('options', options);
  const { bucket, key, deadline, expiresIn, ...members } = options;
  checkBucket(bucket);
  if (key !== undefined) checkKey(key);
  if (deadline !== undefined && expiresIn !== undefined) throw exclusive('deadline', 'expiresIn');
  if (key !== undefined && members.saveKey !== undefined) throw exclusive('key', 'saveKey');
  return {
    scope: key === undefined ? bucket : `${bucket}:${key}`,
    deadline:
      deadline === undefined
        ? Date.now() + wholeNumber('expiresIn', expiresIn ?? 3600, { minimum: 1 }) * 1000
        : milliseconds('deadline', deadline),
    ...policyMembers(members),
  };
}

/** How each member becomes its form in the policy; members that are not here are refused. */
const MEMBERS: { [name in keyof Required<PutPolicyMembers>]: (name: string, value: unknown) => unknown } = {
  saveKey: (name, value) => checkTemplate(name, text(name, value)),
  fsizeLimit: (name, value) =>
    wholeNumber(name, typeof value === 'string' ? Number(value || Number.NaN) : value),
  overwrite: flag,
  returnUrl: url,
  returnBody: template,
  callbackUrl: url,
  callbackBody: template,
  persistentOps: list,
  persistentNotifyUrl: url,
  contentDetect: list,
  detectNotifyURL: url,
  detectNotifyRule: text,
  separate: flag,
  instant: flag,
  lastModifiedTime: (name, value) =>
    String(milliseconds(name, typeof value === 'string' ? Number(value) : value)),
  hashAlgorithm: text,
};

/** Members of which there can be one. */
export const EXCLUSIVE_MEMBERS: readonly (readonly [keyof PutPolicyMembers, keyof PutPolicyMembers])[] = [
  ['returnUrl', 'callbackUrl'],
];

/** Members that do nothing without another one. */
export const NEEDED_MEMBERS: readonly (readonly [
  name: keyof PutPolicyMembers,
  needed: keyof PutPolicyMembers,
])[] = [
  ['callbackBody', 'callbackUrl'],
  ['persistentNotifyUrl', 'persistentOps'],
  ['detectNotifyURL', 'contentDetect'],
  ['detectNotifyRule', 'contentDetect'],
];

/** Checks the members of a policy, and writes them as the service reads them; those that are undefined are left out. */
export function policyMembers(members: PutPolicyMembers): Partial<PutPolicy> {
  const written: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(members)) {
    if (value === undefined) continue;
    const write = MEMBERS[name as keyof PutPolicyMembers];
    if (!write) throw invalidArgument('policy', `made of ${Object.keys(MEMBERS).join(', ')}`, name);
    written[name] = write(name, value);
  }
  for (const [one, other] of EXCLUSIVE_MEMBERS) {
    if (one in written && other in written) throw exclusive(one, other);
  }
  for (const [name, needed] of NEEDED_MEMBERS) {
    if (name in written && !(needed in written)) {
      throw new WcsError('INVALID_ARGUMENT', `${name} does nothing without ${needed}`);
    }
  }
  return written;
}

function exclusive(one: string, other: string): WcsError {
  return new WcsError('INVALID_ARGUMENT', `give ${one} or ${other}, not both`);
}

function text(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw invalidArgument(name, 'text that is not empty', value);
}

function flag(name: string, value: unknown): 0 | 1 {
  if (value === true || value === 1 || value === '1') return 1;
  if (value === false || value === 0 || value === '0') return 0;
  throw invalidArgument(name, 'true or false (or 1 or 0)', value);
}

function url(name: string, value: unknown): string {
  const address = String(value);
  if (URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)) return address;
  throw invalidArgument(name, 'an http:// or https:// URL', value);
}

function list(name: string, value: unknown): string {
  return text(name, Array.isArray(value) ? value.join(';') : value);
}

function template(name: string, value: unknown): string {
  if (typeof value !== 'object' || value === null) return checkTemplate(name, text(name, value));
  const pairs = Object.entries(value).map(([member, value]) => {
    if (/[&=]/.test(member)) throw invalidArgument(`a name in ${name}`, 'without & and =', member);
    if (typeof value !== 'string' || value.includes('&')) {
      throw invalidArgument(`${name}.${member}`, 'a string without &', value);
    }
    return `${member}=${value}`;
  });
  return checkTemplate(name, text(name, pairs.join('&')));
}

/** The year 1973 in milliseconds; the year 5138 in seconds. */
const NO_SECONDS = 100_000_000_000;

function milliseconds(name: string, value: unknown): number {
  const time = value instanceof Date ? value.getTime() : value;
  if (typeof time === 'number' && Number.isSafeInteger(time) && time >= NO_SECONDS) return time;
  throw invalidArgument(name, 'a date or milliseconds since the epoch (not seconds)', time);
}
