/** A part of a vector that is moved by one call: whole blocks, in one piece of memory or in several. */
export interface Run {
  /** Bytes from the beginning of the vector. */
  readonly offset: number;
  readonly length: number;
  readonly parts: readonly Uint8Array[];
}

/** From this size on, memory is used where it lies; smaller pieces are joined, since a copy costs less than a call. */
const DIRECT = 64 * 1024;
/** Bytes joined at most, or little more. */
const JOINED = 1024 * 1024;

/** Cuts a vector, whose bytes are whole blocks in sum, into runs of whole blocks. */
export function* runsOf(vector: readonly Uint8Array[], blockSize: number): Generator<Run, void, undefined> {
  let offset = 0;
  let parts: Uint8Array[] = [];
  let joined = 0;
  const run = (): Run => {
    const done = { offset, length: joined, parts };
    offset += joined;
    parts = [];
    joined = 0;
    return done;
  };
  for (const memory of vector) {
    // What completes the block that earlier memory began.
    const missing = (blockSize - (joined % blockSize)) % blockSize;
    const direct = memory.length - missing - ((memory.length - missing) % blockSize);
    const head = direct >= DIRECT ? missing : memory.length;
    if (head > 0) {
      parts.push(memory.subarray(0, head));
      joined += head;
    }
    if (direct >= DIRECT) {
      if (joined > 0) yield run();
      parts.push(memory.subarray(head, head + direct));
      joined = direct;
      yield run();
      if (head + direct < memory.length) {
        parts.push(memory.subarray(head + direct));
        joined = memory.length - head - direct;
      }
    } else if (joined >= JOINED && joined % blockSize === 0) {
      yield run();
    }
  }
  if (joined > 0) yield run();
}
