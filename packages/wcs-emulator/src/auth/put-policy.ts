import { ServiceError } from '../http/service-error.js';

/** The members of an upload token's policy (section 1.3); `undefined` for those that are not set. */
export interface PutPolicy {
  bucket: string;
  /** The only key the token is good for, when its scope names one. */
  key: string | undefined;
  /** When the token ends, in milliseconds since the epoch. */
  deadline: number;
  overwrite: boolean;
  /** The largest file, in bytes; 0 is no limit. */
  fsizeLimit: number;
  returnBody: string | undefined;
  saveKey: string | undefined;
  returnUrl: string | undefined;
  callbackUrl: string | undefined;
  callbackBody: string | undefined;
  /** Commands to run on the object, in the language of `/fops`. */
  persistentOps: string | undefined;
  persistentNotifyUrl: string | undefined;
  /** Whether each command is notified by itself. */
  separate: boolean;
  /** What the content is to be examined for, such as `imagePorn`. */
  contentDetect: string | undefined;
  detectNotifyUrl: string | undefined;
  detectNotifyRule: string | undefined;
  /** When the file was modified, in milliseconds since the epoch. */
  lastModifiedTime: number | undefined;
  /** `crc64ecma`, or a name that means nothing. */
  hashAlgorithm: string | undefined;
}

/**
 * Reads a policy as leniently as the service must: the SDKs write numbers as numbers or strings, `null` for
 * what is not set, and members of their own.
 *
 * @throws ServiceError 401 when the policy lacks what makes a token; 400 when it has a URL that is none
 */
export function parsePutPolicy(json: string): PutPolicy {
  const members = parseObject(json);
  const scope = text(members, 'scope');
  if (!scope) throw new ServiceError(401, 'the put policy has no scope');
  const colon = scope.indexOf(':');
  const deadline = number(members, 'deadline');
  if (deadline === undefined) throw new ServiceError(401, 'the put policy has no deadline');
  return {
    bucket: colon < 0 ? scope : scope.slice(0, colon),
    key: colon < 0 ? undefined : scope.slice(colon + 1) || undefined,
    deadline,
    overwrite: number(members, 'overwrite') === 1,
    fsizeLimit: number(members, 'fsizeLimit') ?? 0,
    returnBody: text(members, 'returnBody'),
    saveKey: text(members, 'saveKey'),
    returnUrl: url(members, 'returnUrl'),
    callbackUrl: url(members, 'callbackUrl'),
    callbackBody: text(members, 'callbackBody'),
    persistentOps: text(members, 'persistentOps'),
    persistentNotifyUrl: url(members, 'persistentNotifyUrl'),
    separate: number(members, 'separate') === 1,
    contentDetect: text(members, 'contentDetect'),
    detectNotifyUrl: url(members, 'detectNotifyURL'),
    detectNotifyRule: text(members, 'detectNotifyRule'),
    lastModifiedTime: time(members, 'lastModifiedTime'),
    hashAlgorithm: text(members, 'hashAlgorithm'),
  };
}

function parseObject(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // Told below, as for any other text that is not an object.
  }
  throw new ServiceError(401, 'the put policy is not a JSON object');
}

function text(members: Record<string, unknown>, name: string): string | undefined {
  const value = members[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function url(members: Record<string, unknown>, name: string): string | undefined {
  const value = text(members, name);
  if (value === undefined || (URL.canParse(value) && /^https?:/i.test(value.trim()))) return value;
  throw new ServiceError(400, `the put policy's ${name} is not an http or https URL`);
}

function number(members: Record<string, unknown>, name: string): number | undefined {
  const value = members[name];
  if (value === undefined || value === null || value === '') return undefined;
  const parsed = Number(value);
  if (!Number.isFinite(parsed)) throw new ServiceError(401, `the put policy's ${name} is not a number`);
  return parsed;
}

/** A time that a date can be made of. */
function time(members: Record<string, unknown>, name: string): number | undefined {
  const value = number(members, name);
  if (value === undefined || !Number.isNaN(new Date(value).getTime())) return value;
  throw new ServiceError(401, `the put policy's ${name} is not a time`);
}
