import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DIFFERENCES } from './support/differences.js';
import { LEGACY_DIFFERENCES } from './support/legacy-differences.js';
import { RECORDED_CASES } from './support/recorded-case.js';

const document = readFileSync(new URL('../docs/differences.md', import.meta.url), 'utf8');
const sections = document.split(/^## /m);
const runsOf = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, run = '']) => run);

/** The runs that a section's tables name: those in the last column of four. */
function named(title: string): string[] {
  const section = sections.find(text => text.startsWith(title)) ?? '';
  const rows = section.split('\n').filter(line => line.startsWith('|'));
  return rows.map(row => row.split('|')).flatMap(cells => (cells.length === 6 ? runsOf(cells[4] ?? '') : []));
}

const taken = named('Differences that a legacy mode takes away');
const staying = named('Differences that stay');
const helps = ['no arguments', '--help', 'etag -h', 'crc64 -h'];

test.each(Object.keys(DIFFERENCES))('docs/differences.md tells of: %s', name => {
  expect([...taken, ...staying]).toContain(name);
});

test('what it says to stay is what stays in the legacy modes', () => {
  expect([...new Set(staying)].sort()).toEqual([...Object.keys(LEGACY_DIFFERENCES), ...helps].sort());
});

test('it names runs that were recorded', () => {
  const cases = RECORDED_CASES.map(recorded => recorded.case);
  expect([...taken, ...staying].filter(name => !cases.includes(name))).toEqual([]);
});
