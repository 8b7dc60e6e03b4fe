import { readFileSync } from 'node:fs';
import * as etag from '@curve-wcs/etag';
import { describe, expect, it } from 'vitest';
import * as sdk from '../src/index.js';
import { recordings } from './support/replay.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The rows of the README's table: a name of the Python client, and ours. */
const rows = (readme.split('## From the Python client')[1] ?? '')
  .split('\n')
  .map(line => /^\| `([^`]+)` *\| `([^`]+)` *\|/.exec(line) ?? [])
  .filter(match => match.length > 0)
  .map(([, old = '', ours = '']) => ({ old, ours }));

/** What a name stands for: an export of this package or of etag, or a call of a client. */
function found(name: string): unknown {
  const start: unknown = { ...etag, ...sdk, wcs: new sdk.WcsClient() };
  return name.split('.').reduce((from, part) => (from as Record<string, unknown> | undefined)?.[part], start);
}

describe('the table of old names and new', () => {
  it.each(rows)('$old is $ours', ({ ours }) => expect(found(ours)).toBeTypeOf('function'));

  it('has the name of every recorded call', () => {
    const recorded = recordings('python3').map(({ op }) => op.split(' ')[0]);
    expect(rows.map(({ old }) => old)).toEqual(expect.arrayContaining([...new Set(recorded)]));
  });

  it('has every call of the Python client', () => {
    const calls =
      'simple_upload stream_upload multipart_upload smart_upload bucket_list bucket_listAll list_buckets bucket_stat bucket_statistics stat delete move copy setdeadline image_detect fmgr_move fmgr_copy fmgr_fetch fmgr_delete prefix_delete m3u8_delete fmgr_compress fmgr_status ops_execute ops_status wslive_list';
    expect(rows.map(({ old }) => old)).toEqual(expect.arrayContaining(calls.split(' ')));
  });
});
