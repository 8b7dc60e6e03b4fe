import type { CallOptions } from '../call-options.js';
import type { ClientContext } from '../context.js';
import type { ObjectReference } from '../encoding.js';
import { WcsError } from '../errors.js';
import { statObject } from './stat.js';

/** Whether `stat` finds the object; anything but its absence is an error. */
export async function objectExists(
  context: ClientContext,
  options: ObjectReference & CallOptions,
): Promise<boolean> {
  try {
    await statObject(context, options);
    return true;
  } catch (error) {
    if (error instanceof WcsError && error.code === 'NOT_FOUND') return false;
    throw error;
  }
}
