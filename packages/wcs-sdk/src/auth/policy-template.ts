import { invalidArgument } from '../errors.js';

/** What the service puts in the place of `$(name)` (wcs-api §1.3). */
export const MAGIC_VARIABLES = [
  'bucket',
  'key',
  'fname',
  'hash',
  'fsize',
  'mimeType',
  'url',
  'ip',
  'costTime',
  'persistentId',
] as const;

/** Refuses a template with a variable that the service does not know, and gives it back otherwise. */
export function checkTemplate(name: string, template: string): string {
  for (const [found, variable] of template.matchAll(/\$\(([^)]*)(\)|$)/g)) {
    const known = (MAGIC_VARIABLES as readonly string[]).includes(variable ?? '');
    if (found.endsWith(')') && (known || /^x:[\w.-]+$/.test(variable ?? ''))) continue;
    throw invalidArgument(
      `a variable in ${name}`,
      `$(x:…) or one of ${MAGIC_VARIABLES.map(variable => `$(${variable})`).join(' ')}`,
      found,
    );
  }
  return template;
}
