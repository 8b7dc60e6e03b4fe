import type { MetadataStore } from '../storage/metadata-store.js';
import type { Change } from './namespace.js';

/** Ids are set aside by so many at a time, as the real MDS does: what is left of a bundle is lost at its end. */
const bundleSize = 1000;
/** The first inode id of a cluster that is not taken by a directory of the system (protocol 1.5). */
const firstInodeId = 3;

/** Gives ids that were never given before, also after a restart. */
export class IdAllocator {
  #nextInode = 0;
  #bundle: number;
  #nextChunk: number;

  private constructor(bundle: number, nextChunk: number) {
    this.#bundle = bundle;
    this.#nextChunk = nextChunk;
  }

  static async load(store: MetadataStore): Promise<IdAllocator> {
    const [bundle, chunk] = [await store.get('setting/inodeBundle'), await store.get('setting/nextChunkId')];
    return new IdAllocator(Number(bundle ?? 0), Number(chunk ?? 1));
  }

  /** Begins a new bundle of inode ids: an MDS does when it starts to lead. */
  startBundle(): Change {
    this.#nextInode = this.#bundle * bundleSize + firstInodeId;
    this.#bundle += 1;
    return { setting: 'inodeBundle', value: this.#bundle };
  }

  /** An inode id, and the changes to commit with what has it. */
  inode(): { id: number; changes: Change[] } {
    const id = this.#nextInode++;
    const exhausted = this.#nextInode >= this.#bundle * bundleSize + firstInodeId;
    return { id, changes: exhausted ? [this.startBundle()] : [] };
  }

  /** The first of `count` chunk ids in a row, and the change to commit with them. */
  chunks(count: number): { first: number; change: Change } {
    const first = this.#nextChunk;
    this.#nextChunk += count;
    return { first, change: { setting: 'nextChunkId', value: this.#nextChunk } };
  }
}
