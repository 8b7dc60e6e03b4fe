import { Command, CommandFlag } from '../protocol/constants.js';
import type { NbdErrorName, Request } from '../protocol/transmission.js';
import { MAX_PAYLOAD } from './limits.js';

/** What a request is checked against. */
export interface Rules {
  /** Bytes, as the client was told. */
  readonly size: number;
  readonly isReadOnly: boolean;
  /** Whether structured replies were agreed upon. */
  readonly structured: boolean;
  /** Whether the client has selected `base:allocation`. */
  readonly allocation: boolean;
}

/** Why a request is refused. */
export interface Refusal {
  readonly error: NbdErrorName;
  readonly message: string;
}

const { fua, noHole, dontFragment, requestOne, fastZero } = CommandFlag;

/** The flags that a command may have; `NBD_CMD_FLAG_FUA` is allowed everywhere, since clients are known to set it. */
const FLAGS = new Map<number, number>([
  [Command.read, fua | dontFragment],
  [Command.write, fua],
  [Command.flush, fua],
  [Command.trim, fua],
  [Command.cache, fua],
  [Command.writeZeroes, fua | noHole | fastZero],
  [Command.blockStatus, fua | requestOne],
]);

const WRITES: ReadonlySet<number> = new Set([Command.write, Command.trim, Command.writeZeroes]);

/** Why a request cannot be done, if it cannot (doc/proto.md, "Request types" and "Error values"). */
export function refusalOf(request: Request, rules: Rules): Refusal | undefined {
  const { command, flags, offset, length } = request;
  const allowed = FLAGS.get(command);
  if (allowed === undefined) return refuse('EINVAL', `there is no command ${command}`);
  const foreign = flags & ~allowed;
  if (foreign !== 0 || ((flags & dontFragment) !== 0 && !rules.structured)) {
    return refuse('EINVAL', `flags 0x${flags.toString(16)} do not go with the command`);
  }
  const writes = WRITES.has(command);
  if (writes && rules.isReadOnly) return refuse('EPERM', 'the export is read-only');
  if (command === Command.flush) return undefined;
  if (offset + length > rules.size) {
    const isLack = command === Command.write || command === Command.writeZeroes;
    return refuse(isLack ? 'ENOSPC' : 'EINVAL', `the export has ${rules.size} bytes`);
  }
  if (length === 0) return refuse('EINVAL', 'a length of 0');
  if ((command === Command.read || command === Command.write) && length > MAX_PAYLOAD) {
    return refuse('EINVAL', `more than ${MAX_PAYLOAD} bytes in one request`);
  }
  if (command === Command.blockStatus && !rules.allocation) {
    return refuse('EINVAL', 'no metadata context was selected');
  }
  return undefined;
}

function refuse(error: NbdErrorName, message: string): Refusal {
  return { error, message };
}
