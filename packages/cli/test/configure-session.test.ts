import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { temporaryFolder } from '@curve-wcs/test-support';
import { expect, test } from 'vitest';
import { onTerminal } from './support/on-terminal.js';

/** What is asked, and answered; `vitest -u` writes the recording anew. */
const ANSWERS = [
  ['Access Key: ', 'your-access-key'],
  ['Secret Key: ', 'your-secret-key'],
  ['PUT_URL: ', 'account.up0.v1.wcsapi.com'],
  ['MGR_URL: ', 'account.mgr0.v1.wcsapi.com'],
  ['Block_Size [4194304]: ', ''],
  ['Bput_Size [4194304]: ', ''],
  ['Connection_Retires [3]: ', ''],
  ['Connection_Timeout [40]: ', 'soon'],
  ['Connection_Timeout [40]: ', '60'],
  ['Mkblk_Retries [3]: ', ''],
  ['Bput_Retries [3]: ', ''],
  ['Mkfile_Retries [3]: ', ''],
  ['Tmp_Record_Folder [/tmp/multipart/]: ', '~/.wcs-uploads'],
  ['Concurrency [4]: ', '8'],
  ['IsHttps [No]: ', 'yes'],
  ['isverify [Yes]: ', ''],
  ['mode [3]: ', ''],
  ['keepalive [No]: ', ''],
  ['deadline [7200]: ', ''],
  ['traffic_limit [0]: ', ''],
  ['Save settings? [y/N] ', 'y'],
] as const;

test('--configure on a terminal goes as recorded', async () => {
  const cwd = temporaryFolder();
  const shown = await onTerminal('wcscmd', ['--configure'], { cwd, answers: ANSWERS });
  const transcript = stripVTControlCharacters(shown).replaceAll('\r', '').replaceAll(cwd, '~');
  expect(transcript).not.toContain('your-secret-key');
  await expect(`$ wcscmd --configure\n${transcript}`).toMatchFileSnapshot('../docs/configure-session.txt');
  const saved = readFileSync(join(cwd, '.wcscfg'), 'utf8');
  expect(saved).toContain('\nsecret_key = your-secret-key\n');
  expect(saved).toContain('\nconnection_timeout = 60\n');
});
