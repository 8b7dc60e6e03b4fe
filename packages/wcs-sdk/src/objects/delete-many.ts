import { type CallOptions, CallScope } from '../call-options.js';
import { forEachConcurrent } from '../concurrency.js';
import { type ClientContext, requireCredentials, requireSetting } from '../context.js';
import { checkBucket, checkKey, type ObjectReference } from '../encoding.js';
import { invalidArgument, WcsError } from '../errors.js';
import { wholeNumber } from '../number-options.js';
import { deleteObject } from './delete.js';

/** A key, or something that has one, such as an object of a listing. */
export type DeleteKey = string | Pick<ObjectReference, 'key'>;

/** Options of {@link WcsClient.deleteMany}. */
export interface DeleteManyOptions extends CallOptions {
  /** The bucket's name. */
  bucket: string;
  /**
   * The objects' keys. They are asked for as they are needed, so there may be any number of them. A list is checked
   * as a whole before anything is deleted.
   */
  keys: Iterable<DeleteKey> | AsyncIterable<DeleteKey>;
  /** Deletions at the same time: 1 to 256. Default 8. */
  concurrency?: number;
  /** Called with the result of each key, as they come. */
  onResult?: (result: DeleteManyItem) => void;
}

/** What became of one key. */
export interface DeleteManyItem {
  /** The object's key. */
  key: string;
  /** Why it was not deleted; absent if it was. */
  error?: WcsError;
}

/** What {@link WcsClient.deleteMany} gives. */
export interface DeleteManyResult {
  /** How many objects were deleted. */
  deleted: number;
  /** Keys that were not, each with its reason. */
  failed: Required<DeleteManyItem>[];
}

/** Deletes one by one, several at a time: the service has no call for many. */
export async function deleteMany(
  client: ClientContext,
  options: DeleteManyOptions,
): Promise<DeleteManyResult> {
  const { bucket, keys, concurrency = 8, onResult } = options;
  checkBucket(bucket);
  wholeNumber('concurrency', concurrency, { minimum: 1, maximum: 256 });
  checkKeys(keys);
  requireSetting(client.managementUrl, 'managementUrl', 'delete');
  requireCredentials(client, 'delete');
  using scope = new CallScope(client, 'deleteMany', options);

  const result: DeleteManyResult = { deleted: 0, failed: [] };
  const deleteOne = async (item: DeleteKey, signal: AbortSignal) => {
    const key = keyOf(item);
    const error = await failureOf(deleteObject(scope.context, { bucket, key, signal }));
    if (error) result.failed.push({ key, error });
    else result.deleted++;
    onResult?.({ key, ...(error ? { error } : {}) });
  };
  await forEachConcurrent(keys, concurrency, deleteOne, scope.signal);
  return result;
}

/** Why the service did not delete; what ends the whole call is thrown on. */
async function failureOf(deletion: Promise<unknown>): Promise<WcsError | undefined> {
  try {
    await deletion;
    return undefined;
  } catch (error) {
    if (error instanceof WcsError && error.code !== 'CLIENT_CLOSED') return error;
    throw error;
  }
}

function checkKeys(keys: DeleteManyOptions['keys']): void {
  if (Array.isArray(keys)) {
    for (const [index, key] of keys.entries()) checkKey(keyOf(key), `keys[${index}]`);
  } else if (
    typeof keys !== 'object' ||
    keys === null ||
    !(Symbol.iterator in keys || Symbol.asyncIterator in keys)
  ) {
    throw invalidArgument('keys', 'a list, or something else to iterate over', keys);
  }
}

function keyOf(item: DeleteKey): string {
  return typeof item === 'object' && item !== null ? item.key : item;
}
