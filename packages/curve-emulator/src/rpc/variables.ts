/** Variables of a server by name, as its `/vars` tells them (cluster 4). */
export type Variables = Iterable<readonly [name: string, value: string | number]>;

/**
 * The text of those that are asked for, in the order of their names.
 *
 * @param wanted - names or patterns with `*`, separated by `;`; empty for all
 * @returns undefined when there is none
 */
export function variablesPage(variables: Variables, wanted: string): string | undefined {
  const patterns = wanted === '' ? [/^/] : wanted.split(';').map(toPattern);
  const found = [...variables].filter(([name]) => patterns.some(pattern => pattern.test(name)));
  if (found.length === 0) return undefined;
  const lines = found.map(
    ([name, value]) => `${name} : ${typeof value === 'string' ? `"${value}"` : value}\r\n`,
  );
  return lines.sort().join('');
}

function toPattern(wanted: string): RegExp {
  const parts = wanted.split('*').map(part => part.replace(/[^\w]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

/** The name that brpc gives a variable: capitals become small letters behind an underscore, all else one. */
export function variableName(...parts: readonly (string | number)[]): string {
  let name = '';
  let before = '';
  for (const character of parts.join('_')) {
    if (/[a-z0-9]/.test(character)) name += character;
    else if (/[A-Z]/.test(character)) {
      if (name !== '' && !/[A-Z]/.test(before) && !name.endsWith('_')) name += '_';
      name += character.toLowerCase();
    } else if (!name.endsWith('_')) name += '_';
    before = character;
  }
  return name;
}

/** What every server says of a setting. */
export function setting(name: string, value: string): string {
  return JSON.stringify({ conf_name: name, conf_value: value });
}
