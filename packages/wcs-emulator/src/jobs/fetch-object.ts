import { createHash } from 'node:crypto';
import { type ArchiveFormat, parseArchiveFormat } from '../archive/read-archive.js';
import { decodePercent, decodeText } from '../http/encoding.js';
import { ServiceError } from '../http/service-error.js';
import { typeOfKey, unknownType } from '../operations/content-type.js';
import { resolveSegment, segmentReferences } from '../operations/playlist-segments.js';
import { fetchSource } from '../outbound/fetch-source.js';
import type { JobItemResult, ObjectName, ObjectRecord } from '../storage/metadata-store.js';
import { readObjectText } from '../storage/read-object.js';
import { storeObject } from '../storage/store-object.js';
import { CommandFields } from './command-fields.js';
import type { JobKind, JobTask } from './job-kind.js';
import { prefixed } from './relocation.js';
import { storedResult } from './stored-result.js';
import { unpackArchive } from './unpack-archive.js';

/** What a command of this kind is about. */
interface Fetch {
  url: string;
  target: ObjectName;
  /** The folder to unpack into; empty for none. */
  folder: string;
  /** In hexadecimal. */
  md5: string | undefined;
  format: ArchiveFormat | undefined;
  withSegments: boolean;
}

/** The largest playlist that is read, in bytes. */
const maxPlaylist = 16 * 1024 * 1024;

/**
 * `POST /fmgr/fetch` (section 2.9): stores what is at a URL:
 * `fetchURL/<url>/bucket/<b>[/key/<k>][/prefix/<p>][/md5/<md5>][/decompression/<format>][/fetchTS/0|1]`. An archive
 * is stored and unpacked beside itself, under the prefix. An object that exists already counts as fetched, unless
 * `force` says otherwise.
 */
export const fetchObject: JobKind = {
  // Sources are slow, and what is fetched has little to do with each other.
  atOnce: 4,

  check: command => [parse(command).target.bucket],

  async run(command, task) {
    const fetch = parse(command);
    const { storage, force, url } = task;
    const { target } = fetch;
    const existing =
      force || task.repeated ? undefined : await storage.objects.find(target.bucket, target.key);
    if (existing) return storedResult(url, target, existing);
    const record = await fetchInto(task, fetch.url, target, fetch.md5);
    if (fetch.withSegments) await fetchSegments(task, fetch);
    return { ...storedResult(url, target, record), ...(await unpack(task, fetch)) };
  },
};

function parse(command: string): Fetch {
  const fields = new CommandFields(command, [
    'fetchURL',
    'bucket',
    'key',
    'prefix',
    'md5',
    'decompression',
    'fetchTS',
  ]);
  const url = fields.required('fetchURL');
  if (!URL.canParse(url) || !/^https?:/i.test(url))
    throw new ServiceError(400, `not an http or https URL: ${url}`);
  const key = fields.key('key') ?? decodePercent(new URL(url).pathname).replace(/^\/+|\/+$/g, '');
  const folder = fields.text('prefix') ?? '';
  const format = fields.plain('decompression');
  return {
    url,
    target: { bucket: fields.required('bucket'), key: prefixed(folder, key) },
    folder,
    md5: parseMd5(fields.plain('md5')),
    format: format === undefined ? undefined : parseArchiveFormat(format),
    withSegments: fields.flag('fetchTS', false),
  };
}

/** Clients write it in hexadecimal, or encode that once more. */
function parseMd5(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const hex = /^[0-9a-f]{32}$/i;
  const md5 = hex.test(value) ? value : decodeText(value, 'md5');
  if (!hex.test(md5)) throw new ServiceError(400, 'md5 is not 32 hexadecimal digits');
  return md5.toLowerCase();
}

async function fetchInto(
  { storage, outbound, now, signal }: JobTask,
  url: string,
  target: ObjectName,
  md5: string | undefined,
): Promise<ObjectRecord> {
  return fetchSource(
    outbound,
    url,
    async ({ headers, body }) => {
      const digest = createHash('md5');
      return storeObject(storage, target, body, {
        mimeType: headers['content-type'] || (await typeOfKey(target.key)) || unknownType,
        putTime: now(),
        digesters: md5 === undefined ? [] : [digest],
        check: () => {
          const actual = md5 === undefined ? undefined : digest.digest('hex');
          if (actual !== md5)
            throw new ServiceError(400, `the md5 of what was fetched is ${actual}, not ${md5}`);
        },
      });
    },
    signal,
  );
}

/** Fetches what a fetched playlist names beside itself. */
async function fetchSegments(task: JobTask, { url, target }: Fetch): Promise<void> {
  if (!/\.m3u8$/i.test(target.key)) return;
  const playlist = (await readObjectText(task.storage.objects, target, maxPlaylist)) ?? '';
  for (const reference of new Set(segmentReferences(playlist))) {
    const key = resolveSegment(reference, target.key);
    if (key === undefined) throw new ServiceError(400, `no key is possible for the segment ${reference}`);
    await fetchInto(task, new URL(reference, url).href, { bucket: target.bucket, key }, undefined);
  }
}

/** Unpacks a fetched archive, and tells the keys of its files. */
async function unpack(
  task: JobTask,
  { target, folder, format }: Fetch,
): Promise<Pick<JobItemResult, 'more'>> {
  if (format === undefined) return {};
  const archive = await task.storage.objects.open(target.bucket, target.key);
  if (!archive) throw new ServiceError(404, `no such object: ${target.key}`);
  try {
    const keys: string[] = [];
    const source = { size: archive.record.size, read: archive.read };
    for await (const { key } of unpackArchive(task, source, { archive: target, format, folder }))
      keys.push(key);
    return { more: { decompresslist: keys.join('\n') } };
  } finally {
    await archive.release();
  }
}
