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

/**
 * Whether a custom variable can have this name, without its `x:`. Templates end a variable with `)`, paths a segment
 * with `/`, forms a name with a quotation mark; all else is encoded where it must be.
 */
export function isVariableName(name: string): boolean {
  return name !== '' && !/[/()"\p{Cc}\p{Surrogate}]/u.test(name);
}

/** Refuses a template with a variable that the service does not know, and gives it back otherwise. */
export function checkTemplate(name: string, template: string): string {
  for (const [found, variable = ''] of template.matchAll(/\$\(([^)]*)(\)|$)/g)) {
    const known = (MAGIC_VARIABLES as readonly string[]).includes(variable);
    const custom = variable.startsWith('x:') && isVariableName(variable.slice(2));
    if (found.endsWith(')') && (known || custom)) continue;
    throw invalidArgument(
      `a variable in ${name}`,
      `$(x:…) or one of ${MAGIC_VARIABLES.map(variable => `$(${variable})`).join(' ')}`,
      found,
    );
  }
  return template;
}
