import { ServiceError } from '../http/service-error.js';
import { refuseUnknown } from './check-parameters.js';

/** What kind of value each member of a put policy has (section 1.3). */
const members: Readonly<Record<string, 'text' | 'number' | 'switch'>> = {
  scope: 'text',
  deadline: 'number',
  saveKey: 'text',
  fsizeLimit: 'number',
  overwrite: 'switch',
  returnUrl: 'text',
  returnBody: 'text',
  callbackUrl: 'text',
  callbackBody: 'text',
  persistentOps: 'text',
  persistentNotifyUrl: 'text',
  contentDetect: 'text',
  detectNotifyURL: 'text',
  detectNotifyRule: 'text',
  separate: 'switch',
  instant: 'switch',
  lastModifiedTime: 'number',
  hashAlgorithm: 'text',
};

/** The variables that a template may have, besides custom ones. */
const variables: readonly string[] = [
  ...['bucket', 'key', 'fname', 'hash', 'fsize', 'mimeType', 'url', 'ip', 'costTime', 'persistentId'],
];

/**
 * Refuses what the documents do not know of a put policy, and what cannot have been meant.
 *
 * @param json - of a policy that was already read
 * @throws ServiceError 400
 */
export function checkPolicy(json: string): void {
  const policy = JSON.parse(json) as Record<string, unknown>;
  refuseUnknown('member of the put policy', Object.keys(policy), Object.keys(members));
  for (const [name, value] of Object.entries(policy)) {
    if (value !== null && !isOfKind(members[name], value)) {
      throw new ServiceError(400, `strict: the put policy's ${name} cannot be ${JSON.stringify(value)}`);
    }
  }
  if (policy['returnUrl'] && policy['callbackUrl']) {
    throw new ServiceError(400, 'strict: returnUrl and callbackUrl exclude each other');
  }
  for (const name of ['saveKey', 'returnBody', 'callbackBody'])
    checkTemplate(name, String(policy[name] ?? ''));
}

function isOfKind(kind: 'text' | 'number' | 'switch' | undefined, value: unknown): boolean {
  if (kind === 'text') return typeof value === 'string';
  if (kind === 'switch') return value === '' || value === '0' || value === '1' || value === 0 || value === 1;
  return typeof value === 'number' || (typeof value === 'string' && /^\d*$/.test(value));
}

function checkTemplate(name: string, template: string): void {
  for (const [, variable = ''] of template.matchAll(/\$\(([^)]*)\)/g)) {
    if (!variable.startsWith('x:') && !variables.includes(variable)) {
      throw new ServiceError(400, `strict: ${name} has the unknown variable $(${variable})`);
    }
  }
}
