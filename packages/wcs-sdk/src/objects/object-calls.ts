import type { CallOptions } from '../call-options.js';
import type { ClientContext } from '../context.js';
import type { ObjectReference } from '../encoding.js';
import * as known from '../known-options.js';
import { checkOptions, publicCall } from '../public-call.js';
import { type DeleteResult, deleteObject } from './delete.js';
import { type DeleteManyOptions, type DeleteManyResult, deleteMany } from './delete-many.js';
import { objectExists } from './exists.js';
import { type ListObjectsOptions, ObjectListing } from './list.js';
import { copyObject, type MoveOptions, type MoveResult, moveObject } from './move-copy.js';
import { type PrefetchOptions, type PrefetchResult, prefetch } from './prefetch.js';
import { type SetDeadlineOptions, type SetDeadlineResult, setDeadline } from './set-deadline.js';
import { type ObjectStat, statObject } from './stat.js';

/** Those calls of a {@link WcsClient} that manage objects. */
export abstract class ObjectCalls {
  readonly #context: ClientContext;

  /** @internal */
  constructor(context: ClientContext) {
    this.#context = context;
  }

  /**
   * Asks for an object's size, hash, type and times (wcs-api §2.5).
   *
   * @throws WcsError `NOT_FOUND`, `BUCKET_NOT_FOUND`, `UNAUTHORIZED` …
   */
  async stat(options: ObjectReference & CallOptions): Promise<ObjectStat> {
    return publicCall('stat', options, known.REFERENCE, () => statObject(this.#context, options), {
      lenient: true,
    });
  }

  /**
   * Deletes an object (wcs-api §2.5).
   *
   * @throws WcsError `NOT_FOUND`, `BUCKET_NOT_FOUND`, `UNAUTHORIZED` …
   */
  async delete(options: ObjectReference & CallOptions): Promise<DeleteResult> {
    return publicCall('delete', options, known.REFERENCE, () => deleteObject(this.#context, options), {
      lenient: true,
    });
  }

  /**
   * Deletes any number of objects, several at a time. Whatever the service refuses is told key by key.
   *
   * @throws WcsError `INVALID_ARGUMENT`; the reason of an aborted signal, or what `keys` throws
   */
  async deleteMany(options: DeleteManyOptions): Promise<DeleteManyResult> {
    return publicCall('deleteMany', options, known.DELETE_MANY, () => deleteMany(this.#context, options));
  }

  /** Whether an object is there (wcs-api §2.5). That its bucket is not there is an error. */
  async exists(options: ObjectReference & CallOptions): Promise<boolean> {
    return publicCall('exists', options, known.REFERENCE, () => objectExists(this.#context, options), {
      lenient: true,
    });
  }

  /** Moves an object, in place of any other that is there (wcs-api §2.5). */
  async move(options: MoveOptions): Promise<MoveResult> {
    return publicCall('move', options, known.MOVE, () => moveObject(this.#context, options));
  }

  /** Copies an object (wcs-api §2.5). */
  async copy(options: MoveOptions): Promise<MoveResult> {
    return publicCall('copy', options, known.MOVE, () => copyObject(this.#context, options));
  }

  /** Sets how many days an object is kept (wcs-api §2.5). */
  async setDeadline(options: SetDeadlineOptions): Promise<SetDeadlineResult> {
    return publicCall('setDeadline', options, known.SET_DEADLINE, () => setDeadline(this.#context, options), {
      lenient: true,
    });
  }

  /** Has objects fetched from where the bucket's rule says that they come from (wcs-api §2.5). */
  async prefetch(options: PrefetchOptions): Promise<PrefetchResult> {
    return publicCall('prefetch', options, known.PREFETCH, () => prefetch(this.#context, options));
  }

  /** Lists a bucket's objects (wcs-api §2.6); iterate over the result, or over its `pages()`. */
  listObjects(bucket: string, options: ListObjectsOptions = {}): ObjectListing {
    checkOptions('listObjects', options, known.LIST);
    return new ObjectListing(this.#context, bucket, options);
  }
}
