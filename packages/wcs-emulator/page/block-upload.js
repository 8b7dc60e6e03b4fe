import { answerOf, uploadToken, urlSafeBase64, urlSafeBase64Bytes } from './service.js';

/** Bytes of a block (section 2.4), and of a slice of the etag (section 3.1). */
export const blockSize = 4 * 1024 * 1024;
const concurrency = 3;

/**
 * @typedef {{ ctx: string, sha1: string }} SentBlock
 * @typedef {{ batch: string, blocks: (SentBlock | null)[] }} UploadRecord
 * @typedef {{ bucket: string, key: string, file: File, signal: AbortSignal, onProgress: (sent: number) => void }} UploadOrder
 */

/**
 * Uploads a file in parallel blocks (section 2.4). What was sent is kept in the browser until the object is there, so
 * that the same file into the same key goes on where it stopped: a block counts if it still has the SHA-1 it had.
 *
 * @param {UploadOrder} order
 */
export async function uploadInBlocks({ bucket, key, file, signal, onProgress }) {
  const token = await uploadToken(bucket, key);
  const count = Math.ceil(file.size / blockSize);
  const name = recordName(bucket, key, file);
  const record = readRecord(name, count);
  const headers = { Authorization: token, UploadBatch: record.batch };
  let sent = 0;
  let next = 0;

  const sendBlocks = async () => {
    while (next < count) {
      const index = next++;
      const block = file.slice(index * blockSize, (index + 1) * blockSize);
      const bytes = await block.arrayBuffer();
      const sha1 = urlSafeBase64Bytes(await digest(bytes));
      signal.throwIfAborted();
      if (record.blocks[index]?.sha1 !== sha1) {
        const init = { method: 'POST', headers, body: bytes, signal };
        const { ctx } = await answerOf(await fetch(`/mkblk/${block.size}/${index}`, init));
        record.blocks[index] = { ctx, sha1 };
        localStorage.setItem(name, JSON.stringify(record));
      }
      sent += block.size;
      onProgress(sent);
    }
  };
  await allOrFirstFailure(Array.from({ length: concurrency }, sendBlocks));

  const contexts = record.blocks.map(block => block?.ctx ?? '');
  const response = await fetch(`/mkfile/${file.size}/key/${urlSafeBase64(key)}`, {
    method: 'POST',
    headers,
    body: contexts.join(','),
    signal,
  });
  // Blocks that were purged meanwhile would be refused for ever.
  if (response.status === 412 || response.status === 701) localStorage.removeItem(name);
  const { hash } = await answerOf(response);
  localStorage.removeItem(name);
  const expected = await etagOf(record.blocks);
  if (hash !== expected) throw new Error(`the object has the etag ${hash}, the file ${expected}`);
}

/**
 * How many bytes of a file an earlier attempt sent.
 *
 * @param {Pick<UploadOrder, 'bucket' | 'key' | 'file'>} order
 */
export function sentEarlier({ bucket, key, file }) {
  const { blocks } = readRecord(recordName(bucket, key, file), Math.ceil(file.size / blockSize));
  return Math.min(file.size, blocks.filter(Boolean).length * blockSize);
}

/**
 * Waits for all to end, so that none goes on behind the back of a new attempt; then fails as the first that failed.
 *
 * @param {Promise<void>[]} work
 */
async function allOrFirstFailure(work) {
  await Promise.allSettled(work);
  await Promise.all(work);
}

/**
 * @param {string} bucket
 * @param {string} key
 * @param {File} file
 */
function recordName(bucket, key, file) {
  return `upload ${JSON.stringify([bucket, key, file.name, file.size, file.lastModified])}`;
}

/**
 * @param {string} name
 * @param {number} count
 * @returns {UploadRecord}
 */
function readRecord(name, count) {
  /** @type {UploadRecord | null} */
  const record = JSON.parse(localStorage.getItem(name) ?? 'null');
  return record ?? { batch: crypto.randomUUID().replaceAll('-', ''), blocks: Array(count).fill(null) };
}

/** @param {(SentBlock | null)[]} blocks */
async function etagOf(blocks) {
  const sha1s = blocks.map(block => bytesOf(block?.sha1 ?? ''));
  const [first] = sha1s;
  if (sha1s.length === 1 && first) return urlSafeBase64Bytes(Uint8Array.of(0x16, ...first));
  const joined = Uint8Array.from(sha1s.flatMap(sha1 => [...sha1]));
  return urlSafeBase64Bytes(Uint8Array.of(0x96, ...(await digest(joined.buffer))));
}

/** @param {string} base64 URL-safe */
function bytesOf(base64) {
  const binary = atob(base64.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, character => character.charCodeAt(0));
}

/** @param {ArrayBuffer} bytes */
async function digest(bytes) {
  return new Uint8Array(await crypto.subtle.digest('SHA-1', bytes));
}
