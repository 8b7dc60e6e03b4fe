import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './support/documents.js';

/** The rows of the table of old and new calls; the SDK's own tests walk the one in its README. */
function calls(path: string): string[] {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const [, table = ''] = /^\| Python .*\n((?:\|.*\n)+)/m.exec(text) ?? [];
  return table.split('\n').filter(row => row.includes('`'));
}

test('the guide has the calls of the SDK’s README, old and new', () => {
  const rows = calls('packages/wcs-sdk/README.md');
  expect(rows.length).toBeGreaterThan(30);
  expect(calls('docs/guides/from-python.md')).toEqual(rows);
});

test('the guide’s commands are those that there are', () => {
  const guide = readFileSync(join(ROOT, 'docs/guides/from-python.md'), 'utf8');
  const readme = readFileSync(join(ROOT, 'packages/cli/README.md'), 'utf8');
  const [, table = ''] = /^\| official .*\n((?:\|.*\n)+)/m.exec(guide) ?? [];
  const named = [...table.matchAll(/`(?:wcscmd )?((?:wcs_\w+ )?[\w-]+)[^`]*`/g)].map(([, name = '']) => name);
  const commands = named.filter(
    name => !['FILE', 'RESFILE', 'wcs', 'move', 'copy', '-1', '-', '--'].includes(name),
  );
  expect(commands.length).toBeGreaterThan(30);
  for (const name of commands) expect(readme).toMatch(new RegExp(`^\\| \`${name}[ \`\\[]`, 'm'));
});
