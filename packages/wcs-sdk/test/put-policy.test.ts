import { vectors } from '@curve-wcs/test-support';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it, vi } from 'vitest';
import {
  type PolicyStyle,
  type PutPolicy,
  type PutPolicyOptions,
  policyOf,
  putPolicy,
  serializePolicy,
  uploadToken,
} from '../src/index.js';
import { emulated } from './support/emulated.js';

const DEADLINE = 1_700_003_600_000;

describe('a policy', () => {
  it('has all members in the form of the protocol', () => {
    const policy = putPolicy({
      bucket: 'photos',
      deadline: new Date(DEADLINE),
      saveKey: 'in/$(x:user)/$(fname)',
      fsizeLimit: 1024,
      overwrite: true,
      callbackUrl: new URL('https://app.example.com/cb?a=1'),
      callbackBody: { key: '$(key)', who: '$(x:user)' },
      returnBody: 'hash=$(hash)&size=$(fsize)',
      persistentOps: ['avthumb/flv', 'vframe/jpg/offset/0|saveas/eA=='],
      persistentNotifyUrl: 'http://app.example.com/n',
      contentDetect: ['imagePorn', 'imageTerror'],
      detectNotifyURL: 'http://app.example.com/d',
      detectNotifyRule: 'all',
      separate: 1,
      instant: false,
      lastModifiedTime: new Date(DEADLINE),
      hashAlgorithm: 'crc64ecma',
    });
    expect(policy).toEqual({
      scope: 'photos',
      deadline: DEADLINE,
      saveKey: 'in/$(x:user)/$(fname)',
      fsizeLimit: 1024,
      overwrite: 1,
      callbackUrl: 'https://app.example.com/cb?a=1',
      callbackBody: 'key=$(key)&who=$(x:user)',
      returnBody: 'hash=$(hash)&size=$(fsize)',
      persistentOps: 'avthumb/flv;vframe/jpg/offset/0|saveas/eA==',
      persistentNotifyUrl: 'http://app.example.com/n',
      contentDetect: 'imagePorn;imageTerror',
      detectNotifyURL: 'http://app.example.com/d',
      detectNotifyRule: 'all',
      separate: 1,
      instant: 0,
      lastModifiedTime: String(DEADLINE),
      hashAlgorithm: 'crc64ecma',
    });
  });

  it('ends by its lifetime, in milliseconds', () => {
    vi.useFakeTimers({ now: DEADLINE });
    try {
      expect(putPolicy({ bucket: 'b' }).deadline).toBe(DEADLINE + 3_600_000);
      expect(putPolicy({ bucket: 'b', key: 'a/b', expiresIn: 5 })).toEqual({
        scope: 'b:a/b',
        deadline: DEADLINE + 5000,
      });
    } finally {
      vi.useRealTimers();
    }
  });

  it.each<[Partial<PutPolicyOptions> & Record<string, unknown>, string]>([
    [{ bucket: 'a:b' }, 'bucket'],
    [{ key: '/x' }, 'key'],
    [{ deadline: 1_700_000_000 }, 'milliseconds'],
    [{ deadline: new Date(Number.NaN) }, 'deadline'],
    [{ deadline: DEADLINE, expiresIn: 5 }, 'deadline or expiresIn'],
    [{ expiresIn: 0 }, 'expiresIn'],
    [{ key: 'k', saveKey: 'x' }, 'key or saveKey'],
    [{ returnUrl: 'http://a', callbackUrl: 'http://b' }, 'returnUrl or callbackUrl'],
    [{ callbackBody: 'a=1' }, 'callbackBody does nothing without callbackUrl'],
    [{ persistentNotifyUrl: 'http://a' }, 'without persistentOps'],
    [{ detectNotifyURL: 'http://a' }, 'without contentDetect'],
    [{ detectNotifyRule: 'all' }, 'without contentDetect'],
    [{ returnUrl: 'ftp://a' }, 'returnUrl'],
    [{ callbackUrl: '/uploaded' }, 'callbackUrl'],
    [{ returnBody: 'etag=$(etag)' }, '$(etag)'],
    [{ returnBody: 'key=$(key' }, '$(key'],
    [{ returnBody: 'who=$(x:)' }, '$(x:)'],
    [{ returnBody: { 'a=b': 'c' } }, 'returnBody'],
    [{ returnBody: { a: 'b&c' } }, 'returnBody.a'],
    [{ returnBody: '' }, 'returnBody'],
    [{ saveKey: '$(nothing)' }, 'saveKey'],
    [{ fsizeLimit: -1 }, 'fsizeLimit'],
    [{ fsizeLimit: '' }, 'fsizeLimit'],
    [{ overwrite: 2 as never }, 'overwrite'],
    [{ instant: 'yes' as never }, 'instant'],
    [{ lastModifiedTime: 1_700_000_000 }, 'lastModifiedTime'],
    [{ persistentOps: [] }, 'persistentOps'],
    [{ overwrit: true }, 'overwrit'],
  ])('%o is refused', (options, words) => {
    expect(() => putPolicy({ bucket: 'photos', ...options })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(words) }),
    );
  });

  it('that is wrong is refused by an upload before any I/O', async () => {
    const { emulator, wcs } = await emulated();
    const upload = { bucket: 'photos', key: 'k', source: Buffer.from('x') };
    for (const policy of [{ returnBody: '$(etag)' }, { saveKey: 'x' } as never, { callbackBody: 'a=b' }]) {
      await expect(wcs.upload({ ...upload, policy })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
    expect(emulator.requests).toEqual([]);
  });
});

describe('serialised', () => {
  const shapes: [sdk: string, style: PolicyStyle][] = [
    ['python3', 'python'],
    ['python2', 'python'],
    ['php', 'php'],
    ['go', 'go'],
    ['java', 'compact'],
    ['node', 'compact'],
  ];

  it.each(shapes)('as the official %s SDK does (%s)', (sdk, style) => {
    const file = vectors<{
      vectors: { ak: string; sk: string; hmac?: string; policyJson: string; token: string }[];
    }>(import.meta.url, `upload-token.${sdk}.json`);
    for (const { ak, sk, hmac, policyJson, token } of file.vectors) {
      const policy = JSON.parse(policyJson) as PutPolicy;
      expect(serializePolicy(policy, style)).toBe(policyJson);
      const keys = { accessKey: ak, secretKey: sk, algorithm: hmac === 'SM3' ? 'SM3' : 'SHA-1' } as const;
      expect(uploadToken(keys, policy, { style })).toBe(token);
    }
  });

  const styles = fc.constantFrom<PolicyStyle>('compact', 'python', 'php', 'go');

  property.prop([fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), styles])(
    'in any style, it means the same',
    (members, style) => {
      const policy = { scope: 'b', deadline: 1, ...members } as unknown as PutPolicy;
      expect(JSON.parse(serializePolicy(policy, style))).toEqual(JSON.parse(JSON.stringify(policy)));
      expect(policyOf(uploadToken({ accessKey: 'ak', secretKey: 'sk' }, policy, { style }))).toEqual(
        JSON.parse(JSON.stringify(policy)),
      );
    },
  );

  property.prop([fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), styles], { numRuns: 25 })(
    'in any style, the service reads what was meant',
    async (text, style) => {
      const { emulator, wcs } = await shared();
      const value = text.replaceAll('&', '').replace(/\$\(/g, '');
      const policy = putPolicy({
        bucket: 'photos',
        key: 'k',
        overwrite: true,
        returnBody: { said: value, size: '$(fsize)', hash: '$(hash)' },
      });
      const token = uploadToken(emulator, policy, { style });
      const { answer } = await wcs.upload({ bucket: 'photos', key: 'k', source: Buffer.from('four'), token });
      expect(answer).toMatchObject({ said: value, size: '4' });
    },
  );
});

let running: ReturnType<typeof emulated> | undefined;

/** One emulator for all runs of a property. */
async function shared() {
  running ??= emulated();
  return running;
}
