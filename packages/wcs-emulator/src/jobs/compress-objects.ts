import { zipStream } from '../archive/write-zip.js';
import { decodeText } from '../http/encoding.js';
import { ServiceError } from '../http/service-error.js';
import { parseEntry } from '../operations/object-entry.js';
import { checkKey } from '../operations/object-key.js';
import type { ObjectName } from '../storage/metadata-store.js';
import type { OpenObject } from '../storage/object-store.js';
import { readObjectText } from '../storage/read-object.js';
import { storeObject } from '../storage/store-object.js';
import { CommandFields } from './command-fields.js';
import { folderObjects } from './folder-objects.js';
import type { JobKind, JobTask } from './job-kind.js';
import { storedResult } from './stored-result.js';

/** What a command of this kind is about. */
interface Compression {
  bucket: string;
  /** Keys, and folders with their final slash. */
  wanted: string[];
  /** An object that holds such names, one a line; instead of `wanted`. */
  list: string | undefined;
  target: ObjectName | undefined;
}

/** The largest list of keys that is read, in bytes. */
const maxList = 64 * 1024 * 1024;

/**
 * `POST /fmgr/compress` (section 2.9): packs objects into a zip archive:
 * `bucket/<b>/keys/<k1>|<k2>…[/keyList/<key>]/saveas/<entry>`. The objects are as they were at one moment, and are
 * neither copied nor held in memory. An archive that exists already counts as made, unless `force` says otherwise.
 */
export const compressObjects: JobKind = {
  check(command) {
    const { bucket, wanted, list, target } = parse(command);
    if (wanted.length === 0 && list === undefined) throw new ServiceError(400, 'keys is missing');
    return target ? [bucket, target.bucket] : [bucket];
  },

  async run(command, task) {
    const compression = parse(command);
    const { target } = compression;
    // Told only now: an official client sends such commands, and gets an id for them.
    if (!target) throw new ServiceError(400, 'saveas is missing');
    const { storage, force, url, now } = task;
    const existing = force ? undefined : await storage.objects.find(target.bucket, target.key);
    if (existing) return storedResult(url, target, existing);
    const members = new Map<string, OpenObject>();
    try {
      for await (const key of keysOf(task, compression)) {
        if (compression.bucket === target.bucket && key === target.key) continue;
        if (!members.has(key)) members.set(key, await open(task, compression.bucket, key));
      }
      const record = await storeObject(storage, target, untilAborted(zipOf(members), task.signal), {
        mimeType: 'application/zip',
        putTime: now(),
      });
      return storedResult(url, target, record);
    } finally {
      for (const member of members.values()) await member.release();
    }
  },
};

function parse(command: string): Compression {
  const fields = new CommandFields(command, ['bucket', 'keys', 'keyList', 'saveas']);
  const wanted = (fields.plain('keys') ?? '')
    .split('|')
    .filter(key => key !== '')
    .map(key => checkName(decodeText(key, 'keys')));
  const saveas = fields.plain('saveas');
  return {
    bucket: fields.required('bucket'),
    wanted,
    list: fields.key('keyList'),
    target: saveas ? parseEntry(saveas) : undefined,
  };
}

/** A key, or a folder with its final slash. */
function checkName(name: string): string {
  checkKey(name.replace(/\/$/, ''));
  return name;
}

async function* keysOf(task: JobTask, { bucket, wanted, list }: Compression): AsyncIterable<string> {
  const names = wanted.length > 0 || list === undefined ? wanted : await readNames(task, bucket, list);
  for (const name of names) {
    if (!name.endsWith('/')) yield name;
    else {
      for await (const { key } of folderObjects(task.storage.metadata, bucket, name, task.now())) yield key;
    }
  }
}

async function readNames({ storage }: JobTask, bucket: string, list: string): Promise<string[]> {
  const text = await readObjectText(storage.objects, { bucket, key: list }, maxList);
  if (text === undefined) throw new ServiceError(404, `no such object: ${list}`);
  return text
    .split(/\r?\n/)
    .filter(line => line !== '')
    .map(checkName);
}

async function open({ storage }: JobTask, bucket: string, key: string): Promise<OpenObject> {
  const object = await storage.objects.open(bucket, key);
  if (!object) throw new ServiceError(404, `no such object: ${key}`);
  return object;
}

function zipOf(members: ReadonlyMap<string, OpenObject>): AsyncIterable<Buffer> {
  return zipStream(
    [...members].map(([name, { record, read }]) => ({
      name,
      size: record.size,
      modified: record.putTime,
      open: async () => read(0, record.size),
    })),
  );
}

async function* untilAborted(bytes: AsyncIterable<Buffer>, signal: AbortSignal): AsyncIterable<Buffer> {
  for await (const chunk of bytes) {
    signal.throwIfAborted();
    yield chunk;
  }
}
