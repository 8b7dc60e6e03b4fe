import { getHashes } from 'node:crypto';
import { vectors } from '@curve-wcs/test-support';
import { describe, expect, test } from 'vitest';
import { Accounts } from '../src/auth/accounts.js';
import { verifyManagementToken } from '../src/auth/management-token.js';
import { verifyUploadToken } from '../src/auth/upload-token.js';
import type { Recording } from './support/recordings.js';

interface TokenVector {
  ak: string;
  sk: string;
  token: string;
  hmac?: string;
  url?: string;
  body?: string | null;
  policyJson?: string;
}

const sdks = { python2: 7, python3: 7, node: 7, go: 7, java: 14, php: 7 };
const managementVectors = { python2: 13, python3: 13, node: 13, go: 13, java: 26, php: 13 };

const algorithmOf = ({ hmac }: TokenVector) => (hmac === 'SM3' ? 'sm3' : 'sha1');
const accountsOf = ({ ak, sk }: TokenVector) => new Accounts([{ accessKey: ak, secretKey: sk }]);

test('this Node.js can check SM3 signatures, of which there are vectors', () => {
  expect(getHashes()).toContain('sm3');
});

describe.each(Object.entries(sdks))('upload tokens made by %s', (sdk, count) => {
  const all = vectors<{ vectors: TokenVector[] }>(import.meta.url, `upload-token.${sdk}.json`).vectors;

  test('are accepted up to their deadline, and not a millisecond longer', () => {
    expect(all).toHaveLength(count);
    for (const vector of all) {
      const policy = JSON.parse(vector.policyJson ?? '');
      const options = { accounts: accountsOf(vector), algorithm: algorithmOf(vector) } as const;
      const deadline = Number(policy.deadline);
      const grant = verifyUploadToken(vector.token, { ...options, now: deadline });
      expect(policy.scope).toBe(
        [grant.policy.bucket, ...(grant.policy.key ? [grant.policy.key] : [])].join(':'),
      );
      expect(grant.policy.overwrite).toBe(Number(policy.overwrite ?? 0) === 1);
      expect(grant.policy.fsizeLimit).toBe(Number(policy.fsizeLimit ?? 0));
      expect(grant.policy.returnBody).toBe(policy.returnBody ?? undefined);
      expect(verifyUploadToken(`UPTOKEN ${vector.token}`, { ...options, now: 0 }).policy).toEqual(
        grant.policy,
      );
      expect(() => verifyUploadToken(vector.token, { ...options, now: deadline + 1 })).toThrow('expired');
    }
  });

  test('are refused when another key or digest signed them', () => {
    for (const vector of all) {
      const algorithm = algorithmOf(vector);
      const other = new Accounts([{ accessKey: vector.ak, secretKey: `${vector.sk}x` }]);
      expect(() => verifyUploadToken(vector.token, { accounts: other, algorithm, now: 0 })).toThrow(
        'signature',
      );
      const wrongDigest = algorithm === 'sm3' ? 'sha1' : 'sm3';
      const accounts = accountsOf(vector);
      expect(() => verifyUploadToken(vector.token, { accounts, algorithm: wrongDigest, now: 0 })).toThrow(
        'signature',
      );
    }
  });
});

describe.each(Object.entries(managementVectors))('management tokens made by %s', (sdk, count) => {
  const all = vectors<{ vectors: TokenVector[] }>(import.meta.url, `mgmt-token.${sdk}.json`).vectors;

  test('are accepted for their target and body, and for no other', () => {
    expect(all).toHaveLength(count);
    for (const vector of all) {
      const target = (vector.url ?? '').replace(/^https?:\/\/[^/]+/, '');
      const options = { accounts: accountsOf(vector), algorithm: algorithmOf(vector) } as const;
      const body = Buffer.from(vector.body ?? '');
      expect(verifyManagementToken(vector.token, { ...options, target, body })).toMatchObject({
        accessKey: vector.ak,
      });
      expect(() => verifyManagementToken(vector.token, { ...options, target: `${target}x`, body })).toThrow(
        'signature',
      );
      const longer = Buffer.concat([body, Buffer.from('x')]);
      expect(() => verifyManagementToken(vector.token, { ...options, target, body: longer })).toThrow(
        'signature',
      );
    }
  });
});

describe.each(Object.entries({ python3: 55, node: 9, go: 32, java: 26, php: 30 }))(
  'management requests recorded from %s',
  (sdk, count) => {
    test('have signatures that are accepted, also for operations that are not emulated', () => {
      const { records } = vectors<{ records: Recording[] }>(import.meta.url, `http.${sdk}.json`);
      const signed = records
        .flatMap(({ requests }) => requests)
        .filter(({ url }) => !/^\/(mkblk|bput|mkfile)\//.test(url))
        .flatMap(request => {
          const token = request.headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1];
          return token === undefined ? [] : [{ ...request, token }];
        });
      expect(signed).toHaveLength(count);
      for (const { url, token, body, headers } of signed) {
        const sm3 = headers.some(
          ([name, value]) => name.toLowerCase() === 'encryption-type' && value === 'SM3',
        );
        const account = verifyManagementToken(token, {
          accounts: new Accounts([
            {
              accessKey: 'ak0123456789abcdef0123456789abcdef012345',
              secretKey: 'sk-public-test-secret-0001',
            },
          ]),
          algorithm: sm3 ? 'sm3' : 'sha1',
          target: url,
          body: Buffer.from(body.text ?? ''),
        });
        expect(account.accessKey).toBe(token.split(':')[0]);
      }
    });
  },
);
