import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { crc32, etag, urlSafeBase64Encode } from '@curve-wcs/etag';
import { onTestFinished } from 'vitest';

/** What every call of the tests uploads and downloads. */
export const CONTENT = Buffer.from('abc');
export const HASH = etag(CONTENT);

/** What forms that are sent piece by piece upload. */
export const LARGE_CONTENT = Buffer.alloc(200_000, 'abc');
const LARGE_HASH = etag(LARGE_CONTENT);

const STAT = { name: 'k', fsize: '3', hash: HASH, mimeType: 'text/plain', putTime: '1700000000000' };
const LARGE_STAT = { ...STAT, fsize: String(LARGE_CONTENT.length), hash: LARGE_HASH };
const ITEM = { cmd: 'c', code: 3, desc: 'done', error: '' };
const JOB = { id: 'id', code: 3, desc: 'done', separate: 0, items: [ITEM] };
const DETECTED = { image: 'i', pornDetect: { label: 0, rate: 0.5, review: false } };

/** Right answers, by the start of the target. What is no text is JSON. */
const ANSWERS: [start: string, answer: unknown, headers?: Record<string, string>][] = [
  ['/file/upload', urlSafeBase64Encode(`hash=${HASH}&key=k`)],
  ['/large/file/upload', urlSafeBase64Encode(`hash=${LARGE_HASH}&key=k`)],
  ['/large/stat/', { result: true, code: '200', message: 'OK', ...LARGE_STAT }],
  ['/append/', urlSafeBase64Encode(`hash=${HASH}`), { 'X-Wcs-Next-Append-Position': '3' }],
  ['/mkblk/', { ctx: 'c', checksum: 'm', crc32: crc32(CONTENT), offset: 3 }],
  ['/bput/', { ctx: 'c', checksum: 'm', crc32: crc32(CONTENT.subarray(1)), offset: 3 }],
  ['/mkfile/', { key: 'k', hash: HASH }],
  ['/stat/', { result: true, code: '200', message: 'OK', ...STAT }, { 'X-Wcs-Next-Append-Position': '3' }],
  ['/list', { marker: '', commonPrefixes: ['p/'], items: [{ ...STAT, key: 'k', fsize: 3 }] }],
  ['/bucket/list', { code: '200', buckets: [{ name: 'photos' }] }],
  [
    '/bucket/stati',
    { code: 200, buckets: [{ name: 'photos', detail: [{ data_time: 'd', uploadTraffic: '7' }] }] },
  ],
  [
    '/bucket/stat',
    { code: 200, buckets: [{ name: 'photos', detail: [{ data_time: 'd', storage: '1.5' }] }] },
  ],
  ['/prefetch/', { bucket: 'photos', items: [{ key: 'k', code: 200 }] }],
  ['/fmgr/status', JOB],
  ['/status/get/prefop', JOB],
  ['/fmgr/', { persistentId: 'id' }],
  ['/fops', { persistentId: 'id' }],
  ['/imageDetect', { results: [DETECTED] }],
  ['/wslive/list', [{ file: 'f' }]],
  ['/k?op=imageInfo', { format: 'jpeg', size: 3, width: 7, height: 5, colorModel: 'YCbCr' }],
  ['/k?op=exif', { Model: 'camera' }],
  ['/k?op=avinfo', { format: { size: '3' }, streams: [{ index: 0, codec_type: 'video' }] }],
  ['/k', CONTENT.toString(), { ETag: `"${HASH}"`, 'Content-Type': 'text/plain' }],
  ['/', { code: 200, message: 'OK' }],
];

/** How an answer is spoilt. */
export interface Spoilt {
  status?: number | undefined;
  /** In place of the right body. */
  body?: string | undefined;
  /** What becomes of one member, which is found by a number: it is left out, or another value. */
  member?: { which: number; value?: unknown } | undefined;
  /** How the end of the body is told. */
  framing?: 'length' | 'chunked' | 'close' | undefined;
  /** After how many bytes the connection ends; the whole answer if absent. */
  cut?: number | undefined;
  /** How it ends then. */
  end?: 'close' | 'reset' | undefined;
}

/** What the requests with one value of the header `x-case` get, and what they have asked for. */
export interface HostileCase {
  /** One answer after the other, the last one for ever. */
  answers: Spoilt[];
  /** Their targets. */
  asked: string[];
}

/** A service that answers as it is told. */
export async function hostileService(): Promise<{ url: string; cases: Map<string, HostileCase> }> {
  const cases = new Map<string, HostileCase>();
  const server = createServer(async (request, response) => {
    await buffer(request).catch(() => {});
    const { answers = [], asked } = cases.get(String(request.headers['x-case'])) ?? {};
    const how = (answers.length > 1 ? answers.shift() : answers[0]) ?? {};
    const target = request.url ?? '';
    asked?.push(target);
    send(response.socket, bytesOf(target, how), how);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, cases };
}

/** How many bytes the right answer to a request for `target` has. */
export function lengthOf(target: string, framing: Spoilt['framing']): number {
  return bytesOf(target, { framing }).length;
}

function bytesOf(target: string, { status = 200, body, member, framing = 'length' }: Spoilt): Buffer {
  const [, answer, headers = {}] = ANSWERS.find(([start]) => target.startsWith(start)) ?? [];
  const content = body ?? (typeof answer === 'string' ? answer : JSON.stringify(without(answer, member)));
  const length = Buffer.byteLength(content);
  const frame = {
    length: { 'Content-Length': String(length), Connection: 'close' },
    chunked: { 'Transfer-Encoding': 'chunked', Connection: 'close' },
    close: { Connection: 'close' },
  }[framing];
  const head = Object.entries({ ...headers, ...frame }).map(([name, value]) => `${name}: ${value}\r\n`);
  const sent =
    framing === 'chunked' ? `${length ? `${length.toString(16)}\r\n${content}\r\n` : ''}0\r\n\r\n` : content;
  return Buffer.from(`HTTP/1.1 ${status} X\r\n${head.join('')}\r\n${sent}`);
}

/** A copy with one member, counted through all that is nested, left out or replaced. */
function without(answer: unknown, member: Spoilt['member']): unknown {
  if (!member) return answer;
  const copy = structuredClone(answer);
  const places: [Record<string, unknown>, string][] = [];
  const walk = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      places.push([value as Record<string, unknown>, name]);
      walk(inner);
    }
  };
  walk(copy);
  const [object, name] = places[member.which % places.length] ?? [];
  if (!object || name === undefined) return copy;
  if ('value' in member) object[name] = member.value;
  else if (Array.isArray(object)) object[Number(name)] = null;
  else delete object[name];
  return copy;
}

function send(socket: Socket | null, bytes: Buffer, { cut = bytes.length, end = 'close' }: Spoilt): void {
  if (!socket) return;
  socket.on('error', () => {});
  const part = bytes.subarray(0, cut);
  if (end === 'close' || cut >= bytes.length) socket.end(part);
  else if (part.length === 0) socket.resetAndDestroy();
  // Given time to arrive: what was sent may be lost with a reset.
  else socket.write(part, () => setTimeout(() => socket.resetAndDestroy(), 3));
}
