import { type ClientContext, requireCredentials, requireSetting } from '../context.js';
import type { ObjectReference } from '../encoding.js';
import { WcsError } from '../errors.js';
import { statObject } from '../objects/stat.js';

/** Whether the client has what it needs to ask where an object ends. */
export function canAskForEnd({ credentials, managementUrl }: ClientContext): boolean {
  return credentials !== undefined && managementUrl !== undefined;
}

/**
 * Where the next piece of an object goes: 0 if there is no such object.
 *
 * @throws WcsError `APPEND_CONFLICT` if the object is none that can be appended to
 */
export async function endOfObject(
  context: ClientContext,
  { bucket, key }: ObjectReference,
  signal: AbortSignal | undefined,
): Promise<number> {
  const operation = 'append without a position';
  requireSetting(context.managementUrl, 'managementUrl', operation);
  requireCredentials(context, operation);
  try {
    const { appendPosition } = await statObject(context, { bucket, key, signal });
    if (appendPosition !== undefined) return appendPosition;
  } catch (error) {
    if (error instanceof WcsError && error.code === 'NOT_FOUND') return 0;
    throw error;
  }
  throw new WcsError('APPEND_CONFLICT', `append ${bucket}:${key}: the object cannot be appended to`, {
    operation: 'append',
  });
}

/** The error for an object that ends elsewhere. */
export function appendConflict(
  { bucket, key }: ObjectReference,
  position: number,
  nextPosition: number | undefined,
  cause?: unknown,
): WcsError {
  const end =
    nextPosition === undefined
      ? 'an earlier attempt, or somebody else, may have appended already'
      : `the object ends at ${nextPosition}`;
  return new WcsError('APPEND_CONFLICT', `append ${bucket}:${key}: not at position ${position}, ${end}`, {
    operation: 'append',
    nextPosition,
    cause,
  });
}
