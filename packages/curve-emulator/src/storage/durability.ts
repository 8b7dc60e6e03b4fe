/**
 * What acknowledged metadata survives: `'sync'` a power failure, `'fast'` only the end of the process, however
 * sudden.
 */
export type Durability = 'sync' | 'fast';
