import type { Course } from '../call-options.js';
import { inOrder } from '../flow/in-order.js';
import type { ChunkVersions } from './chunk-versions.js';
import { chunksOfGroup, type Geometry } from './geometry.js';
import type { ChangedRange } from './since.js';

/** Chunks that are asked about at a time. */
const AHEAD = 32;

/**
 * The ranges whose chunks have a later version than `since`, and those that have none, in order; neighbours without content
 * come together.
 */
export async function* changesSince(
  geometry: Geometry,
  versions: ChunkVersions,
  since: bigint,
  course: Course,
): AsyncGenerator<ChangedRange, void, undefined> {
  const { chunkSize, length } = geometry;
  const chunks = chunksOfGroup(geometry);
  const size = chunks * chunkSize;
  const groups = function* () {
    for (let group = 0; group * size < length; group++) yield group;
  };
  const newest = async (group: number, part: Course) => {
    const indices = Array.from({ length: chunks }, (_, index) => group * chunks + index);
    const found = await Promise.all(indices.map(index => versions.of(index, part)));
    const own = found.flatMap(one => (one === undefined ? [] : [one.version]));
    return { group, stored: own.length > 0, changed: own.some(version => version > since) };
  };
  let empty: { offset: number; length: number } | undefined;
  for await (const { group, stored, changed } of inOrder(course, AHEAD, groups, newest)) {
    const offset = group * size;
    const range = { offset, length: Math.min(size, length - offset) };
    if (!stored) {
      empty = empty === undefined ? range : { ...empty, length: empty.length + range.length };
      continue;
    }
    if (empty !== undefined) yield { ...empty, zeros: true };
    empty = undefined;
    if (changed) yield { ...range, zeros: false };
  }
  if (empty !== undefined) yield { ...empty, zeros: true };
}
