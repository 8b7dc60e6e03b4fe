/** JSON as the service writes it: names in order, tabs, and what is a list or an object below its name. */
export function styled(value: unknown): string {
  return `${lines(value, '')}\n`;
}

function lines(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}\t`;
  if (Array.isArray(value)) {
    const items = value.map(item => `${inner}${lines(item, inner)}`);
    return `[\n${items.join(',\n')}\n${indent}]`;
  }
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const written = members.map(([name, member]) => {
    const below = typeof member === 'object' && member !== null ? `\n${inner}` : '';
    return `${inner}${JSON.stringify(name)} : ${below}${lines(member, inner)}`;
  });
  return `{\n${written.join(',\n')}\n${indent}}`;
}
