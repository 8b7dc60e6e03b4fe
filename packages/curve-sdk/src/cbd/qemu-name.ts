import type { UserInfo } from './types.js';

/** A volume and its owner, taken from one string. */
export interface QemuName {
  readonly path: string;
  readonly user: UserInfo;
}

/**
 * Takes the `path_owner_` form of the `…4Qemu` calls apart: the owner is between the last two underscores, and what
 * follows the last one is ignored (curve-protocol.md §4.4).
 *
 * @returns undefined with fewer than two underscores
 *
 * @example
 * ```ts
 * parseQemuName('/a_b_alice_'); // { path: '/a_b', user: { owner: 'alice' } }
 * ```
 */
export function parseQemuName(name: string): QemuName | undefined {
  const end = name.lastIndexOf('_');
  const start = end > 0 ? name.lastIndexOf('_', end - 1) : -1;
  return start === -1
    ? undefined
    : { path: name.slice(0, start), user: { owner: name.slice(start + 1, end) } };
}
