import type { CallOptions } from '../call-options.js';
import { checkWhole } from '../checks.js';

/** A range of a volume whose content may be another than it was, or that has none. */
export interface ChangedRange {
  /** Bytes from the volume's beginning. */
  readonly offset: number;
  /** Bytes: whole chunks, but at the volume's end; of a striped volume as many chunks as take turns. */
  readonly length: number;
  /** Whether all of it is zeros, because nothing is stored of it. It is told of whether it was so before or not. */
  readonly zeros: boolean;
}

/** Options of {@link NativeSnapshot.changesSince} and {@link Volume.changesSince}. */
export type ChangesOptions = CallOptions;

/** The version that changes are later than. */
export function seqOf(since: number | { readonly seq: number }, operation: string): bigint {
  const seq = typeof since === 'object' && since !== null ? since.seq : since;
  checkWhole(seq, operation, 'since');
  return BigInt(seq);
}
