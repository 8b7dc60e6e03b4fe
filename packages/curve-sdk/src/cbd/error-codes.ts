/**
 * libcurve's error numbers (curve-protocol.md §5.1). Calls return them negated: `-LIBCURVE_ERROR.NOTEXIST` is -6.
 * The names are those of the vendor's header, its spelling included.
 *
 * @example
 * ```ts
 * import { CBDClient, LIBCURVE_ERROR } from '@curve-wcs/curve-sdk';
 *
 * const cbd = new CBDClient();
 * console.log(cbd.Init('/nowhere/client.conf') === -LIBCURVE_ERROR.FAILED); // → true
 * ```
 */
export const LIBCURVE_ERROR = {
  /** Done. */
  OK: 0,
  /** The target exists, or a write on a read-only descriptor, or an open without an owner. */
  EXISTS: 1,
  /** Not initialised, no answer, or a refusal that libcurve does not tell apart. */
  FAILED: 2,
  /** I/O is disabled. */
  DISABLEIO: 3,
  /** Not the owner, a wrong signature, or a clock more than 15 s off. */
  AUTHFAIL: 4,
  /** A snapshot is being deleted. */
  DELETING: 5,
  /** The path, a directory on the way to it, or the poolset is missing. */
  NOTEXIST: 6,
  /** The volume has a snapshot. */
  UNDER_SNAPSHOT: 7,
  /** The volume has no snapshot. */
  NOT_UNDERSNAPSHOT: 8,
  /** Deleting a snapshot failed. */
  DELETE_ERROR: 9,
  /** No segment at this offset. */
  NOT_ALLOCATE: 10,
  /** Not possible for this kind of entry or in this state. */
  NOT_SUPPORT: 11,
  /** The directory has entries. */
  NOT_EMPTY: 12,
  /** A volume cannot become smaller. */
  NO_SHRINK_BIGGER_FILE: 13,
  /** Unused twin of {@link LIBCURVE_ERROR}.SESSION_NOT_EXIST. */
  SESSION_NOTEXISTS: 14,
  /** The volume is mounted somewhere. */
  FILE_OCCUPIED: 15,
  /** A path or another argument is malformed. */
  PARAM_ERROR: 16,
  /** The metadata store failed. */
  INTERNAL_ERROR: 17,
  /** A chunkserver found a wrong checksum. */
  CRC_ERROR: 18,
  /** A chunkserver found offset or length wrong. */
  INVALID_REQUEST: 19,
  /** A disk failed. */
  DISK_FAIL: 20,
  /** A chunkserver is full. */
  NO_SPACE: 21,
  /** Offset or length is not a multiple of the block size. */
  NOT_ALIGNED: 22,
  /** No such descriptor. */
  BAD_FD: 23,
  /** The size of a volume is out of range, not a multiple of the segment size, or there is no space for it. */
  LENGTH_NOT_SUPPORT: 24,
  /** The session is gone. */
  SESSION_NOT_EXIST: 25,
  /** The state of the volume does not allow this. */
  STATUS_NOT_MATCH: 26,
  /** A clone depends on the volume. */
  DELETE_BEING_CLONED: 27,
  /** A client that is too old for snapshots has the volume mounted. */
  CLIENT_NOT_SUPPORT_SNAPSHOT: 28,
  /** Snapshots are disabled for now. */
  SNAPSTHO_FROZEN: 29,
  /** Internal: to be repeated until it succeeds. */
  RETRY_UNTIL_SUCCESS: 30,
  /** Another client has fenced this one off with IncreaseEpoch. */
  EPOCH_TOO_OLD: 31,
  /** Everything else. */
  UNKNOWN: 100,
} as const;

const NAMES = new Map<number, string>(Object.entries(LIBCURVE_ERROR).map(([name, value]) => [value, name]));
NAMES.delete(LIBCURVE_ERROR.UNKNOWN); // `Unknown[100]`, as libcurve says it

/**
 * The name of a result as libcurve's `LibCurveErrorName` gives it (curve-protocol.md §5.1).
 *
 * @param code - what a call returned, or the positive error number
 * @returns the bare name such as `NOTEXIST`; `Unknown[100]` for 100 and for numbers without a name
 *
 * @example
 * ```ts
 * import { errorName } from '@curve-wcs/curve-sdk';
 *
 * console.log(errorName(-6), errorName(100)); // → NOTEXIST Unknown[100]
 * ```
 */
export function errorName(code: number): string {
  const number = Math.abs(code);
  return NAMES.get(number) ?? `Unknown[${number}]`;
}
