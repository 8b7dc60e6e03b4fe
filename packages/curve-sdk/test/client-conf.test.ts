import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@curve-wcs/test-support';
import { expect, it } from 'vitest';
import { confText, keysOf, requiredKeys } from '../src/conformance/client-conf.js';

it('reads the keys of a client.conf', () => {
  const path = join(temporaryFolder(), 'client.conf');
  writeFileSync(
    path,
    '# note\n\n mds.listen.addr = 127.0.0.1:1,127.0.0.1:2 # two\na=1\na=2\nno value\nempty=\nb=c=d\r\n',
  );
  expect(keysOf(path)).toEqual({ 'mds.listen.addr': '127.0.0.1:1,127.0.0.1:2', a: '2', empty: '', b: 'c=d' });
});

it('writes one with all required keys, or all but one', () => {
  const keys = { 'mds.listen.addr': '127.0.0.1:1', 'discard.enable': false };
  const path = join(temporaryFolder(), 'client.conf');
  writeFileSync(path, confText(keys));
  expect(Object.keys(keysOf(path)).sort()).toEqual(requiredKeys().sort());
  expect(keysOf(path)).toMatchObject({ 'discard.enable': 'false' });
  expect(confText(keys, 'global.logLevel')).not.toContain('global.logLevel');
});
