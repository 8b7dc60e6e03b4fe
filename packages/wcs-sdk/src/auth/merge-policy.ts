import { EXCLUSIVE_MEMBERS, NEEDED_MEMBERS, type PutPolicyMembers } from './put-policy.js';

/**
 * The members of a put policy, with defaults for those that are not named. A default gives way where a member that was
 * named excludes it, or leaves it without what it needs.
 */
export function mergePolicy(
  defaults: PutPolicyMembers | undefined,
  own: PutPolicyMembers | undefined,
): PutPolicyMembers | undefined {
  if (defaults === undefined) return own;
  const merged: PutPolicyMembers = { ...defaults, ...own };
  const isDefault = (name: keyof PutPolicyMembers) => !(own && name in own);
  for (const [one, other] of EXCLUSIVE_MEMBERS) {
    if (own?.[one] !== undefined && isDefault(other)) delete merged[other];
    if (own?.[other] !== undefined && isDefault(one)) delete merged[one];
  }
  for (const [name, needed] of NEEDED_MEMBERS) {
    if (isDefault(name) && merged[needed] === undefined) delete merged[name];
  }
  return merged;
}
