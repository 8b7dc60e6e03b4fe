import { vectors } from '@curve-wcs/test-support';
import { describe, expect, it } from 'vitest';
import { encodeEntry } from '../src/index.js';

interface EncodingVectors {
  entry: { bucket: string; key?: string | null; entry: string }[];
}

describe.each(['python3', 'node'])('entries of the official %s SDK', sdk => {
  it.each(vectors<EncodingVectors>(import.meta.url, `encoding.${sdk}.json`).entry)('$bucket $key', vector => {
    // To the Node SDK an empty key is no key.
    const key = sdk === 'node' && vector.key === '' ? undefined : (vector.key ?? undefined);
    expect(encodeEntry(vector.bucket, key)).toBe(vector.entry);
  });
});
