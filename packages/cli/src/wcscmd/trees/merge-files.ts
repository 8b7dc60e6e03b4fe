import { compareKeys } from './compare-keys.js';
import type { LocalFile } from './local-files.js';
import type { RemoteFile } from './remote-files.js';

/** What is on either side under one path; at least one of them is there. */
export interface Pair {
  /** Path below the roots, with `/`. */
  path: string;
  local?: LocalFile;
  remote?: RemoteFile;
}

/** Walks two trees side by side. Both come in the order of keys, so that no more than one file of each is held. */
export async function* mergeFiles(
  local: AsyncIterable<LocalFile>,
  remote: AsyncIterable<RemoteFile>,
): AsyncGenerator<Pair, void, undefined> {
  const [locals, remotes] = [local[Symbol.asyncIterator](), remote[Symbol.asyncIterator]()];
  try {
    let [left, right] = await Promise.all([locals.next(), remotes.next()]);
    while (!left.done || !right.done) {
      const order = left.done ? 1 : right.done ? -1 : compareKeys(left.value.path, right.value.path);
      const pair: Pair = { path: order <= 0 ? left.value.path : right.value.path };
      if (order <= 0) pair.local = left.value;
      if (order >= 0) pair.remote = right.value;
      yield pair;
      if (order <= 0) left = await locals.next();
      if (order >= 0) right = await remotes.next();
    }
  } finally {
    await Promise.all([locals.return?.(), remotes.return?.()]);
  }
}
