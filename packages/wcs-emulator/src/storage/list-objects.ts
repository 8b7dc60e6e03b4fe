import { ServiceError } from '../http/service-error.js';
import type { MetadataStore, ObjectCursor, ObjectEntry } from './metadata-store.js';
import { isExpired } from './object-store.js';

/** How a listing is cut and ordered (section 2.6). */
export type ListMode =
  /** Every object whose key begins with the prefix. */
  | 'flat'
  /** One level of a folder: the objects, then the folders. */
  | 'files-first'
  /** One level of a folder: the folders, then the objects. */
  | 'folders-first';

/** Which objects are wanted. */
export interface ListRequest {
  bucket: string;
  mode: ListMode;
  prefix: string;
  /** Where the page before ended; empty for the first. */
  marker: string;
  /** The most entries, objects and folders together. */
  limit: number;
  /** The earliest put time, in milliseconds since the epoch. */
  startTime: number;
  /** The latest put time, in milliseconds since the epoch. */
  endTime: number;
  now: number;
}

/** One page of a listing. */
export interface ListPage {
  objects: ObjectEntry[];
  /** Whole prefixes, each with its final `/`. */
  folders: string[];
  /** Where the next page begins; empty when this is the last. */
  marker: string;
}

type Kind = 'object' | 'folder';
type Entry = { kind: 'object'; entry: ObjectEntry } | { kind: 'folder'; prefix: string };

/** Where a page ended: at an object or at a folder. */
interface Position {
  kind: Kind;
  text: string;
}

/** Reads one page. Uses memory for the page only, and steps over the inside of folders. */
export async function listObjects(metadata: MetadataStore, request: ListRequest): Promise<ListPage> {
  const prefix = request.mode === 'flat' ? request.prefix : asFolder(request.prefix);
  const phases = phasesOf(request.mode);
  const position = readMarker(request.marker, phases[0] ?? 'object');
  const page: ListPage = { objects: [], folders: [], marker: '' };
  let last: Position | undefined;
  for (const phase of phases.slice(Math.max(0, position ? phases.indexOf(position.kind) : 0))) {
    const after = position?.kind === phase ? position.text : undefined;
    for await (const found of walk(metadata, { ...request, prefix }, phase, after)) {
      if (page.objects.length + page.folders.length === request.limit) {
        page.marker = last ? writeMarker(last) : '';
        return page;
      }
      if (found.kind === 'object') page.objects.push(found.entry);
      else page.folders.push(found.prefix);
      last = { kind: found.kind, text: found.kind === 'object' ? found.entry.key : found.prefix };
    }
  }
  return page;
}

/** The kinds of entries in the order in which they are listed. */
function phasesOf(mode: ListMode): Kind[] {
  if (mode === 'flat') return ['object'];
  return mode === 'files-first' ? ['object', 'folder'] : ['folder', 'object'];
}

async function* walk(
  metadata: MetadataStore,
  { bucket, mode, prefix, startTime, endTime, now }: ListRequest,
  phase: Kind,
  after: string | undefined,
): AsyncIterable<Entry> {
  const cursor = metadata.openCursor(bucket, { prefix, after });
  try {
    if (phase === 'folder' && after !== undefined) cursor.skipPrefix(after);
    for (let entry = await cursor.next(); entry; entry = await cursor.next()) {
      const folder = mode === 'flat' ? undefined : folderOf(entry.key, prefix);
      if (folder !== undefined) {
        if (phase === 'folder' && (await hasLiveObject(cursor, entry, folder, now))) {
          yield { kind: 'folder', prefix: folder };
        }
        cursor.skipPrefix(folder);
      } else if (phase === 'object' && !isExpired(entry.record, now)) {
        const { putTime } = entry.record;
        if (putTime >= startTime && putTime <= endTime) yield { kind: 'object', entry };
      }
    }
  } finally {
    await cursor.close();
  }
}

/** A folder in which everything has expired is none. */
async function hasLiveObject(
  cursor: ObjectCursor,
  first: ObjectEntry,
  folder: string,
  now: number,
): Promise<boolean> {
  let entry: ObjectEntry | undefined = first;
  while (entry?.key.startsWith(folder)) {
    if (!isExpired(entry.record, now)) return true;
    entry = await cursor.next();
  }
  return false;
}

/** The folder directly under `prefix` in which a key lies, if it does not lie under `prefix` itself. */
function folderOf(key: string, prefix: string): string | undefined {
  const slash = key.indexOf('/', prefix.length);
  return slash < 0 ? undefined : key.slice(0, slash + 1);
}

function asFolder(prefix: string): string {
  return prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
}

function writeMarker({ kind, text }: Position): string {
  return `${kind}.${Buffer.from(text).toString('base64url')}`;
}

/** A marker that is none of ours is taken for the key after which to go on. */
function readMarker(marker: string, firstKind: Kind): Position | undefined {
  if (marker === '') return undefined;
  const [, kind, text] = /^(object|folder)\.([\w-]+)$/.exec(marker) ?? [];
  if (kind === undefined || text === undefined) return { kind: firstKind, text: marker };
  return { kind: kind as Kind, text: Buffer.from(text, 'base64url').toString() };
}

/** @throws ServiceError 400 for a mode that does not exist */
export function parseListMode(text: string | undefined): ListMode {
  if (text === undefined || text === '') return 'flat';
  if (text === '0') return 'files-first';
  if (text === '1') return 'folders-first';
  throw new ServiceError(400, `no such list mode: ${text}`);
}
