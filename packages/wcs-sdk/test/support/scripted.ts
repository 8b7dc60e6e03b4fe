import { etag } from '@curve-wcs/etag';
import { contentOf } from '@curve-wcs/test-support';
import { policyOf, WcsClient, type WcsClientOptions } from '../../src/index.js';
import { rawServer, type SeenRequest } from './raw-server.js';
import { RECORDED_KEYS, type Recorded, type RecordedRequest, recordedHeader, sha256 } from './replay.js';

/**
 * A server that answers each target as it was answered when the recording was made, time after time, and a client for
 * it. What was never asked, or not so often, is answered as if nothing were wrong.
 */
export async function scripted(
  { op, requests, config = {} }: Recorded,
  options: WcsClientOptions = {},
): Promise<{ wcs: WcsClient; seen: SeenRequest[] }> {
  const answers = new Map<string, RecordedRequest['response'][]>();
  for (const { url, response } of requests)
    answers.set(essence(url), [...(answers.get(essence(url)) ?? []), response]);
  const { url, seen } = await rawServer((request, response) => {
    const answer = answers.get(essence(request.url))?.shift() as
      | { status?: number; body?: string; headers?: Record<string, string>; dropped?: boolean }
      | undefined;
    if (answer?.dropped) response.destroy();
    else if (answer) response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
    else if (/^\/(mkblk|bput)/.test(request.url)) response.end('{"ctx":"ctx"}');
    else
      response.end(
        JSON.stringify({ hash: etag(requests.length > 0 ? recordedContent({ op, requests }) : '') }),
      );
  });
  const wcs = new WcsClient({
    ...RECORDED_KEYS,
    uploadUrl: url,
    concurrency: 1,
    blockSize: config.block_size ?? 4194304,
    chunkSize: config.bput_size ?? 4194304,
    trafficLimit: config.traffic_limit ?? 0,
    retry: { limit: 3, baseDelay: 1, maxDelay: 1 },
    ...options,
  });
  return { wcs, seen };
}

/**
 * A target without what differs between clients: Java names the key though its token has it, and Node.js and Go were
 * recorded with a variable that has an `&`.
 */
export function essence(url: string): string {
  return url.replace(/\/(key|x:msg)\/[^/]+/g, '');
}

/** The upload token of a recorded request, wherever it went. */
export function recordedToken(request: RecordedRequest | undefined): string {
  const inForm = request?.multipart?.parts.find(({ name }) => name === 'token')?.body.text;
  const inHead = request && recordedHeader(request, 'authorization');
  return (inForm ?? inHead ?? '').replace(/^UpToken /, '');
}

/** The key that a token is for. */
export function keyOf(token: string): string {
  return String(policyOf(token)?.scope).replace(/^[^:]*:?/, '') || 'a.txt';
}

/** The content that was uploaded: the one of the generated contents that has the recorded checksums. */
export function recordedContent({ op, requests }: Recorded): Buffer {
  const file = requests[0]?.multipart?.parts.find(({ name }) => name === 'file')?.body;
  const mkfile = requests.map(({ url }) => /^\/mkfile\/(\d+)/.exec(url)?.[1]).find(Boolean);
  const announced = mkfile ?? /(\d[\d.e+]*) bytes/.exec(op)?.[1];
  const wanted = file ?? requests[0]?.body;
  for (const size of file ? [file.length] : announced ? [Number(announced)] : [9_000_000]) {
    const contents = [
      contentOf({ gen: 'affine', size }),
      ...[3, 1, 2, 4, 5, 6, 7, 8].map(seed => contentOf({ gen: 'lcg', seed, size })),
    ];
    const found = contents.find(content => sha256(content.subarray(0, wanted?.length)) === wanted?.sha256);
    if (found) return found;
  }
  throw new Error(`the content of ${op} is none of the generated ones`);
}

/** The members of a form that was sent. */
export async function formOf(request: SeenRequest | undefined): Promise<FormData> {
  const headers = { 'content-type': String(request?.headers['content-type']) };
  return new Response(new Uint8Array(request?.body ?? []), { headers }).formData();
}
