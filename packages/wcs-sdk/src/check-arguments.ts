import { types } from 'node:util';
import { invalidArgument } from './errors.js';

/** Refuses what has no members. */
export function requireObject(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) throw invalidArgument(name, 'an object', value);
}

/** Refuses what is no text. */
export function requireText(name: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') throw invalidArgument(name, 'text', value);
}

/** Refuses what is neither text nor bytes. */
export function requireContent(name: string, value: unknown): asserts value is string | Uint8Array {
  if (typeof value !== 'string' && !types.isUint8Array(value)) {
    throw invalidArgument(name, 'text or bytes', value);
  }
}
