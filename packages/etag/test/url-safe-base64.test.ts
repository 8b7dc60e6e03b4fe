import { it as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChecksumError, urlSafeBase64Decode, urlSafeBase64Encode } from '../src/index.js';

describe('URL-safe Base64', () => {
  property.prop([fc.uint8Array({ maxLength: 300 })])(
    'comes back as it was, with and without padding',
    bytes => {
      const text = urlSafeBase64Encode(bytes);
      expect(text).toMatch(/^[A-Za-z0-9_-]*={0,2}$/);
      expect(text.length % 4).toBe(0);
      expect(text.replace(/=+$/, '')).toBe(Buffer.from(bytes).toString('base64url'));
      expect(urlSafeBase64Decode(text)).toEqual(bytes);
      expect(urlSafeBase64Decode(text.replace(/=+$/, ''))).toEqual(bytes);
    },
  );

  it('encodes more bytes than one call can have arguments', () => {
    const bytes = new Uint8Array(1_000_000).fill(255);
    // Not toEqual, which takes seconds for so many.
    expect(Buffer.from(urlSafeBase64Decode(urlSafeBase64Encode(bytes))).equals(bytes)).toBe(true);
  });

  it('refuses other characters, impossible lengths and wrong padding', () => {
    for (const text of [
      'YT9+',
      'YT9/',
      'YQ= =',
      'YQ==\n',
      ' YQ==',
      'Y',
      'YWJjZ',
      'YQ=',
      'YWI==',
      '=',
      'YQ===',
      '中',
    ]) {
      expect(() => urlSafeBase64Decode(text), text).toThrow(ChecksumError);
    }
    for (const wrong of [undefined, null, 5, new Uint8Array()]) {
      expect(() => urlSafeBase64Decode(wrong as unknown as string)).toThrow(ChecksumError);
    }
  });
});
