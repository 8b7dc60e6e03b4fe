import { vectors } from '@curve-wcs/test-support';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { managementToken, policyOf, type SignatureAlgorithm, uploadToken } from '../src/index.js';

interface UploadTokenVectors {
  vectors: {
    ak: string;
    sk: string;
    hmac?: string;
    policyJson: string;
    policy?: Record<string, unknown>;
    token: string;
  }[];
}
interface ManagementTokenVectors {
  vectors: {
    ak: string;
    sk: string;
    hmac?: string;
    url: string;
    uriSigned?: string;
    body: string | null;
    token: string;
  }[];
}

const SDKS = ['python2', 'python3', 'node', 'go', 'java', 'php'];

function credentials({ ak, sk, hmac }: { ak: string; sk: string; hmac?: string }) {
  const algorithm: SignatureAlgorithm = hmac === 'SM3' ? 'SM3' : 'SHA-1';
  return { accessKey: ak, secretKey: sk, algorithm };
}

describe.each(SDKS)('upload tokens of the official %s SDK', sdk => {
  const { vectors: cases } = vectors<UploadTokenVectors>(import.meta.url, `upload-token.${sdk}.json`);

  it.each(cases)('$policyJson', vector => {
    expect(uploadToken(credentials(vector), vector.policyJson)).toBe(vector.token);
    expect(policyOf(vector.token)).toEqual(JSON.parse(vector.policyJson));
  });
});

it('serialises a policy object compactly in the order of its members, as the Node SDK does', () => {
  for (const vector of vectors<UploadTokenVectors>(import.meta.url, 'upload-token.node.json').vectors) {
    expect(uploadToken(credentials(vector), vector.policy as never)).toBe(vector.token);
  }
});

describe.each(SDKS)('management tokens of the official %s SDK', sdk => {
  const { vectors: cases } = vectors<ManagementTokenVectors>(import.meta.url, `mgmt-token.${sdk}.json`);

  it.each(cases)('$url $body', vector => {
    const target = vector.uriSigned ?? vector.url;
    // Go signs the decoded path; what it signed is the vector, so that is what is compared.
    const signed = sdk === 'go' ? decodeGoPath(target) : target;
    expect(managementToken(credentials(vector), signed, vector.body ?? '')).toBe(vector.token);
  });
});

property.prop([fc.string({ minLength: 1 }), fc.uint8Array()])(
  'signs any text body like the bytes of it',
  (path, bytes) => {
    const keys = { accessKey: 'ak', secretKey: 'sk' };
    expect(managementToken(keys, `/${path}`, Buffer.from(bytes).toString('latin1'))).toBe(
      managementToken(keys, `/${path}`, Buffer.from(Buffer.from(bytes).toString('latin1'))),
    );
  },
);

property.prop([fc.string()])('finds no policy in what is no token, without failing', text => {
  expect(() => policyOf(text)).not.toThrow();
});

function decodeGoPath(url: string): string {
  const { pathname, search } = new URL(url);
  return `${decodeURIComponent(pathname)}${search && url.includes('?') ? url.slice(url.indexOf('?')) : ''}`;
}
