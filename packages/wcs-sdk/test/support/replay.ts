import { createHash } from 'node:crypto';
import { vectors } from '@curve-wcs/test-support';
import { expect } from 'vitest';
import { WcsClient, type WcsClientOptions } from '../../src/index.js';
import { rawServer, type SeenRequest } from './raw-server.js';

/** What an official SDK sent, and how it was answered. */
export interface Recorded {
  op: string;
  config?: { bput_size?: number; block_size?: number; traffic_limit?: number };
  requests: RecordedRequest[];
}

/** One recorded request, and the capture server's answer to it. */
export interface RecordedRequest {
  method: string;
  url: string;
  headers: [string, string][];
  body: { length: number; sha256: string; text?: string };
  multipart?: { parts: { name: string; body: { length: number; sha256: string; text?: string } }[] };
  response: { status: number; body: string };
}

/** The keys that all recordings were made with. */
export const RECORDED_KEYS = {
  accessKey: 'ak0123456789abcdef0123456789abcdef012345',
  secretKey: 'sk-public-test-secret-0001',
};

/** All that an SDK was recorded with. */
export function recordings(sdk: 'python3' | 'go' | 'java' | 'node' | 'php'): Recorded[] {
  return vectors<{ records: Recorded[] }>(new URL('..', import.meta.url).href, `http.${sdk}.json`).records;
}

/** Whether a record is of an upload rather than of management. */
export function isUpload({ op, requests }: Recorded): boolean {
  const paths = /^\/(file\/upload|append|mkblk|bput|mkfile)/;
  return requests.length > 0 ? requests.every(({ url }) => paths.test(url)) : /upload/i.test(op);
}

/** A server that answers as the capture server did, in order, and a client for it. */
export async function replaying(
  { requests, config = {} }: Recorded,
  options: WcsClientOptions = {},
): Promise<{ wcs: WcsClient; seen: SeenRequest[]; url: string }> {
  const { url, seen } = await rawServer((_, response, number) => {
    const { status, body } = requests[number - 1]?.response ?? {
      status: 500,
      body: 'more requests than were recorded',
    };
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  const wcs = new WcsClient({
    ...RECORDED_KEYS,
    uploadUrl: url,
    managementUrl: url,
    downloadUrl: url,
    concurrency: 1,
    blockSize: config.block_size ?? 4194304,
    chunkSize: config.bput_size ?? 4194304,
    trafficLimit: config.traffic_limit ?? 0,
    ...options,
  });
  return { wcs, seen, url };
}

/** A header of a recorded request, by its name in any case. */
export function recordedHeader(request: RecordedRequest, wanted: string): string | undefined {
  return request.headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** Method, target, token and body must be the recorded ones to the byte; the rest of the head is our own. */
export function expectSame(seen: SeenRequest | undefined, request: RecordedRequest): void {
  if (!seen) throw new Error(`${request.url} was not asked`);
  expect(`${seen.method} ${seen.url}`).toBe(`${request.method} ${request.url}`);
  for (const name of ['authorization', 'x-wos-traffic-limit']) {
    expect(seen.headers[name]).toBe(recordedHeader(request, name));
  }
  if (request.multipart) return;
  expect(seen.body.length).toBe(request.body.length);
  expect(sha256(seen.body)).toBe(request.body.sha256);
}

/** The SHA-256 of what was sent, as the recordings write it. */
export function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
