// Leads a program's imports to the build under test; packed.ts registers it, with the table.
let table = {};

export function initialize(data) {
  table = data;
}

export async function resolve(specifier, context, next) {
  if (table[specifier]) return { url: table[specifier], shortCircuit: true };
  const found = await next(specifier, context);
  return table[found.url] ? { url: table[found.url], shortCircuit: true } : found;
}
