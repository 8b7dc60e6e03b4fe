import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { WcsEmulatorError } from '../errors.js';
import type { BlobStore } from './blob-store.js';
import { BlockStore } from './block-store.js';
import type { Durability } from './durability.js';
import { ExpirySweeper } from './expiry-sweeper.js';
import { FileBlobStore } from './file-blob-store.js';
import { KeyedLock } from './keyed-lock.js';
import { LevelMetadataStore } from './level-metadata-store.js';
import type { MetadataStore } from './metadata-store.js';
import { ObjectStore } from './object-store.js';
import { RequestCounters } from './request-counters.js';

/** Raised when an older version could no longer read what this one writes. */
const layoutVersion = '1';

/** Storage that somebody has to close. */
export interface OpenStorage extends Storage {
  close(): Promise<void>;
}

/** Everything that is kept, and what can be done with it. */
export interface Storage {
  blobs: BlobStore;
  metadata: MetadataStore;
  objects: ObjectStore;
  blocks: BlockStore;
  counters: RequestCounters;
  /** The same data through other blobs, such as ones that fail on purpose. */
  withBlobs(wrap: (blobs: BlobStore) => BlobStore): Storage;
}

/**
 * Opens the storage in `folder`, which is created when missing, makes the buckets that do not exist yet,
 * and clears away what unfinished uploads left.
 *
 * @throws WcsEmulatorError `DATA_DIR_UNUSABLE`, `DATA_DIR_LOCKED` or `DATA_DIR_TOO_NEW`
 */
export async function openStorage(
  folder: string,
  { durability, clock, buckets }: { durability: Durability; clock: () => number; buckets: readonly string[] },
): Promise<OpenStorage> {
  const metadata = await openMetadata(folder, durability);
  try {
    await checkLayout(metadata, folder);
    const blobs = await FileBlobStore.open(folder, durability);
    const contextSecret = await ensureContextSecret(metadata);
    const storage = compose({
      blobs,
      metadata,
      clock,
      contextSecret,
      locks: new KeyedLock(),
      counters: new RequestCounters(metadata),
    });
    await metadata.commit(buckets.map(bucket => ({ type: 'put-bucket', bucket })));
    await storage.objects.purge();
    await storage.blocks.purge();
    await blobs.sweep(async blob => {
      const [references] = await metadata.countReferences([blob]);
      return references !== 0 || (await metadata.getBlock(blob)) !== undefined;
    });
    const sweeper = new ExpirySweeper(storage.objects);
    const close = async () => {
      await sweeper.stop();
      // What cannot be written now is lost; the storage is closed all the same.
      await storage.counters.flush().catch(() => {});
      await metadata.close();
    };
    return { ...storage, close };
  } catch (error) {
    await metadata.close();
    throw error instanceof WcsEmulatorError ? error : unusable(folder, error);
  }
}

function compose(shared: {
  blobs: BlobStore;
  metadata: MetadataStore;
  clock: () => number;
  contextSecret: Buffer;
  locks: KeyedLock;
  counters: RequestCounters;
}): Storage {
  return {
    blobs: shared.blobs,
    metadata: shared.metadata,
    objects: new ObjectStore(shared),
    blocks: new BlockStore(shared),
    counters: shared.counters,
    withBlobs: wrap => compose({ ...shared, blobs: wrap(shared.blobs) }),
  };
}

async function openMetadata(folder: string, durability: Durability): Promise<MetadataStore> {
  try {
    await mkdir(folder, { recursive: true });
    return await LevelMetadataStore.open(join(folder, 'metadata'), durability);
  } catch (error) {
    if (isLocked(error)) {
      throw new WcsEmulatorError('DATA_DIR_LOCKED', `another emulator uses ${folder}`, { cause: error });
    }
    throw unusable(folder, error);
  }
}

function isLocked(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'LEVEL_LOCKED';
}

function unusable(folder: string, cause: unknown): WcsEmulatorError {
  const root = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const reason = root instanceof Error ? root.message : String(root);
  return new WcsEmulatorError('DATA_DIR_UNUSABLE', `cannot keep data in ${folder}: ${reason}`, { cause });
}

async function checkLayout(metadata: MetadataStore, folder: string): Promise<void> {
  const version = await metadata.getSetting('layout');
  if (version === undefined) await metadata.putSetting('layout', layoutVersion);
  else if (version !== layoutVersion) {
    throw new WcsEmulatorError(
      'DATA_DIR_TOO_NEW',
      `${folder} has layout ${version}; this version knows ${layoutVersion}`,
    );
  }
}

/** Contexts outlive a restart, and so must the key that signs them. */
async function ensureContextSecret(metadata: MetadataStore): Promise<Buffer> {
  const stored = await metadata.getSetting('context-secret');
  if (stored !== undefined) return Buffer.from(stored, 'hex');
  const secret = randomBytes(32);
  await metadata.putSetting('context-secret', secret.toString('hex'));
  return secret;
}
