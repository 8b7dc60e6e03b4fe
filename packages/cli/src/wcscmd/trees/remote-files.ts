import type { ListedObject, WcsClient } from '@curve-wcs/wcs-sdk';
import { CliError } from '../../cli-error.js';
import { ExitCode } from '../../exit-code.js';
import { compareKeys } from './compare-keys.js';
import type { PathFilter } from './path-filter.js';
import type { TreeUrl } from './tree-url.js';

/** An object below a prefix. */
export interface RemoteFile {
  /** What follows the prefix in its key. It can be anything. */
  path: string;
  /** Size in bytes. */
  size: number;
  /** The service's hash. */
  hash: string;
  /** When it was stored, in milliseconds; NaN if the service does not tell. */
  putTime: number;
}

/**
 * The objects below a prefix, in the order of their keys.
 *
 * @throws CliError if the service lists them in another order: whatever was left out would seem not to be there
 */
export async function* remoteFiles(
  client: WcsClient,
  { bucket, prefix }: TreeUrl,
  { filter, signal }: { filter: PathFilter; signal: AbortSignal },
): AsyncGenerator<RemoteFile, void, undefined> {
  let last: string | undefined;
  const listing = client.listObjects(bucket, { prefix, signal });
  for await (const { items } of readAhead(listing.pages())) {
    for (const object of items) {
      if (!object.key.startsWith(prefix)) continue;
      if (last !== undefined && compareKeys(last, object.key) >= 0) throw disordered(bucket, object);
      last = object.key;
      const path = object.key.slice(prefix.length);
      if (!filter.takes(path)) continue;
      yield { path, size: object.size, hash: object.hash, putTime: object.putTime.getTime() };
    }
  }
}

/** Asks for the next page while the last one is worked on. */
async function* readAhead<T>(pages: AsyncGenerator<T>): AsyncGenerator<T, void, undefined> {
  let next = pages.next();
  for (;;) {
    const page = await next;
    if (page.done) return;
    next = pages.next();
    // It may fail before anybody waits for it, or when nobody wants it any more.
    next.catch(() => {});
    yield page.value;
  }
}

function disordered(bucket: string, { key }: ListedObject): CliError {
  return new CliError(
    ExitCode.failed,
    `the service lists ${bucket} out of order: ${JSON.stringify(key)} comes too late`,
  );
}
