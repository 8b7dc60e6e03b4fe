/** Bytes that are looked at together; a multiple of every block size. */
export const GRAIN = 64 * 1024;

const ZEROS = Buffer.alloc(GRAIN);

/** Whether all bytes are zero. */
export function isZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += GRAIN) {
    const part = bytes.subarray(at, at + GRAIN);
    if (ZEROS.compare(part, 0, part.length, 0, part.length) !== 0) return false;
  }
  return true;
}

/** A part of some bytes. */
export interface Stretch {
  /** Bytes from their beginning. */
  readonly start: number;
  readonly end: number;
}

/**
 * The stretches that have to be stored: all but the grains of zeros that `spare` allows to leave out.
 *
 * @param position - where the bytes are to be stored; grains begin at multiples of their size there
 */
export function stretchesToStore(
  bytes: Uint8Array,
  position: number,
  spare: (start: number, end: number) => boolean,
): Stretch[] {
  const stretches: { start: number; end: number }[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = Math.min(start + GRAIN - ((position + start) % GRAIN), bytes.length);
    if (!(isZero(bytes.subarray(start, end)) && spare(start, end))) {
      const last = stretches.at(-1);
      if (last?.end === start) last.end = end;
      else stretches.push({ start, end });
    }
    start = end;
  }
  return stretches;
}

/** Zeros, at most so many; not to be written to. */
export function zerosOf(most: number): Buffer {
  return ZEROS.subarray(0, most);
}
