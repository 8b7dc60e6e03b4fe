import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Content, contentOf, temporaryFolder, vectors } from '@curve-wcs/test-support';
import { describe, expect, it } from 'vitest';
import {
  crc32,
  crc64,
  crc64Decimal,
  crc64File,
  crc64Stream,
  EtagHasher,
  etag,
  etagFile,
  etagStream,
  urlSafeBase64Decode,
  urlSafeBase64Encode,
} from '../src/index.js';

interface Recording<Vector> {
  vectors: (Vector & { content: Content })[];
}

const title = (content: Content): string => JSON.stringify(content);

/** The etag of a content by every way there is. */
async function etagsOf(content: Buffer, blockSize?: number): Promise<Set<string>> {
  const path = join(temporaryFolder(), 'content');
  writeFileSync(path, content);
  const options = blockSize === undefined ? {} : { blockSize };
  return new Set([
    etag(content, options),
    new EtagHasher(options).update(content).digest(),
    await etagStream([content], options),
    await etagFile(path, options),
  ]);
}

describe('the recorded etags of python3', () => {
  // Other block sizes are not recorded for every content.
  type Vector = { etag: string; 'block_size=1048576'?: string; 'block_size=8388608'?: string };
  const recording = vectors<Recording<Vector>>(import.meta.url, 'etag.python3.json');
  for (const { content, etag: expected, ...others } of recording.vectors) {
    it(`hold for ${title(content)}`, async () => {
      const bytes = contentOf(content);
      expect(await etagsOf(bytes)).toEqual(new Set([expected]));
      for (const blockSize of [1048576, 8388608] as const) {
        const other = others[`block_size=${blockSize}`];
        if (other) expect(await etagsOf(bytes, blockSize)).toEqual(new Set([other]));
      }
    });
  }

  it('include twelve contents with two other block sizes', () => {
    const keys = recording.vectors.flatMap(vector => Object.keys(vector));
    expect(keys.filter(key => key.startsWith('block_size='))).toHaveLength(24);
  });
});

for (const name of ['etag.python2.json', 'etag.php.json']) {
  describe(`the recorded etags of ${name}`, () => {
    for (const vector of vectors<Recording<{ etag: string }>>(import.meta.url, name).vectors) {
      it(`hold for ${title(vector.content)}`, async () => {
        expect(await etagsOf(contentOf(vector.content))).toEqual(new Set([vector.etag]));
      });
    }
  });
}

describe('the recorded etags of java', () => {
  type Vector = { getEtagHash_file: string; getEtagHash_stream: string };
  const recording = vectors<Recording<Vector>>(import.meta.url, 'etag.java.json');
  for (const { content, ...expected } of recording.vectors) {
    it(`hold for ${title(content)}`, async () => {
      const computed = await etagsOf(contentOf(content));
      expect(computed).toEqual(new Set([expected.getEtagHash_file]));
      expect(computed).toEqual(new Set([expected.getEtagHash_stream]));
    });
  }
});

describe('the recorded etags of go', () => {
  type Vector = { ComputeEtag_inMemory: string; ComputeFileEtag?: string };
  const recording = vectors<Recording<Vector>>(import.meta.url, 'etag.go.json');
  const isOneFullBlock = (content: Content): boolean => 'size' in content && content.size === 4194304;

  it('include the in-memory values that are wrong', () => {
    expect(recording.vectors.filter(({ content }) => isOneFullBlock(content))).toHaveLength(2);
  });

  for (const { content, ComputeEtag_inMemory: inMemory, ComputeFileEtag: ofFile } of recording.vectors) {
    if (isOneFullBlock(content)) {
      it(`hold for the file, and not for the memory, of ${title(content)}`, async () => {
        const computed = await etagsOf(contentOf(content));
        expect(computed).toEqual(new Set([ofFile]));
        expect(computed).not.toContain(inMemory);
      });
    } else {
      it(`hold for ${title(content)}`, async () => {
        const computed = await etagsOf(contentOf(content));
        expect(computed).toEqual(new Set([inMemory]));
        expect(computed).toEqual(new Set([ofFile ?? inMemory]));
      });
    }
  }
});

describe('the recorded CRCs of python3', () => {
  type Vector = {
    crc64: string;
    file_crc64: string;
    crc32: number;
    // These are not recorded for every content.
    file_crc64_stream?: string;
    file_crc32?: number;
  };
  const recording = vectors<Recording<Vector>>(import.meta.url, 'crc64.python3.json');
  for (const { content, ...expected } of recording.vectors) {
    it(`hold for ${title(content)}`, async () => {
      const bytes = contentOf(content);
      const path = join(temporaryFolder(), 'content');
      writeFileSync(path, bytes);
      expect(crc64(bytes)).toBe(BigInt(expected.crc64));
      expect(crc64Decimal(bytes)).toBe(expected.crc64);
      expect(String(await crc64File(path))).toBe(expected.file_crc64);
      expect(String(await crc64Stream([bytes]))).toBe(expected.file_crc64_stream ?? expected.crc64);
      expect(crc32(bytes)).toBe(expected.crc32);
      expect(crc32(bytes)).toBe(expected.file_crc32 ?? expected.crc32);
    });
  }
});

describe('the recorded URL-safe Base64', () => {
  interface Encoding {
    urlsafe_base64: {
      input: string;
      encoded?: string;
      urlsafe_base64_encode?: string;
      decodedBack?: string;
    }[];
    entry?: { bucket: string; key: string | null; entry: string }[];
  }
  for (const name of ['encoding.go.json', 'encoding.node.json', 'encoding.python3.json']) {
    const recording = vectors<Encoding>(import.meta.url, name);
    for (const { input, encoded, urlsafe_base64_encode, decodedBack = input } of recording.urlsafe_base64) {
      it(`of ${name} holds for ${JSON.stringify(input)}`, () => {
        const text = urlSafeBase64Encode(input);
        expect(text).toBe(encoded ?? urlsafe_base64_encode);
        expect(Buffer.from(urlSafeBase64Decode(text)).toString()).toBe(decodedBack);
      });
    }
    for (const { bucket, key, entry } of recording.entry ?? []) {
      it(`of ${name} holds for the entry of ${bucket} and ${JSON.stringify(key)}`, () => {
        // The SDKs differ in whether an empty key has a colon; both are its URL-safe Base64.
        expect([bucket, `${bucket}:${key ?? ''}`].map(urlSafeBase64Encode)).toContain(entry);
      });
    }
  }
});
