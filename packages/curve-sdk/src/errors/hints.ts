const CLOCKS =
  "the MDS also refuses clocks that differ from its own by 15 seconds or more, and root's wrong password";

/** What to do about a status, whatever the call. */
const BY_STATUS: Readonly<Record<string, string>> = {
  kOwnerAuthFail: `only its owner and root may; ${CLOCKS}`,
  kFileOccupied: 'mounts() tells where',
  kPoolsetNotExist: 'poolsets() tells which there are',
  kSnapshotFrozen:
    'an MDS makes none in its first minute, until all clients have told it which version they are',
  kEpochTooOld: 'open the volume again to write to it',
  CHUNK_OP_STATUS_EPOCH_TOO_OLD: 'open the volume again to write to it',
  ECONNREFUSED: 'is the cluster running, and mds.listen.addr right?',
  EHOSTDOWN: 'is the cluster running, and mds.listen.addr right?',
};

/** What to do about a status of a certain call. */
const BY_CALL: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  createVolume: {
    kFileNotExists: 'a directory on the way to it is missing',
    kFileLengthNotSupported:
      'clusters as shipped take 10 GiB to 20 TiB in steps of 1 GiB, and no more than the poolset has left',
    kParaError: 'the stripes do not fit: unit and count must divide the chunk size (16 MiB as shipped)',
  },
  mkdir: { kFileNotExists: 'a directory on the way to it is missing; { recursive: true } makes those too' },
  extend: {
    kFileLengthNotSupported: 'clusters as shipped allow up to 20 TiB',
    kExtentUnitError: 'these are 1 GiB in clusters as shipped',
    kNotSupported: 'only volumes grow',
  },
  list: { kOwnerAuthFail: `only its owner and root may, and / and /RecycleBin are root's; ${CLOCKS}` },
  'trash.list': { kOwnerAuthFail: `the recycle bin is root's; ${CLOCKS}` },
  'trash.purge': { kOwnerAuthFail: `the recycle bin is root's; ${CLOCKS}` },
  'trash.restore': { kFileNotExists: 'no such volume is in the recycle bin' },
  changeOwner: { kOwnerAuthFail: `only root may; ${CLOCKS}` },
  rename: { kNotSupported: 'directories cannot be renamed' },
  rmdir: { kDirNotEmpty: 'removeAll() removes what is in it' },
  open: { kNotSupported: 'only volumes can be opened' },
};

/** What a call is told that has done its work, where the answer got lost and it was repeated. */
const DONE_BEFORE: Readonly<Record<string, string>> = {
  createVolume: 'kFileExists',
  mkdir: 'kFileExists',
  rename: 'kFileNotExists',
  remove: 'kFileNotExists',
  rmdir: 'kFileNotExists',
  'trash.restore': 'kFileNotExists',
  'trash.purge': 'kFileUnderDeleting',
  'nativeSnapshots.create': 'kFileUnderSnapShot',
};

/** Calls that change something, so that it matters when they are done. */
const CHANGES: ReadonlySet<string> = new Set([
  ...['createVolume', 'mkdir', 'rename', 'remove', 'rmdir', 'removeAll', 'extend', 'resize', 'changeOwner'],
  ...['increaseEpoch', 'trash.restore', 'trash.purge', 'write', 'writev'],
  ...['cluster.setThrottle', 'cluster.clearThrottle'],
  ...['snapshots.create', 'snapshots.cancel', 'snapshots.delete', 'snapshots.clone', 'snapshots.recover'],
  ...['snapshots.flatten', 'snapshots.cleanTask', 'nativeSnapshots.create', 'nativeSnapshot.delete'],
]);

/** What tells whether a call was done. */
const LOOK: Readonly<Record<string, string>> = {
  'snapshots.create': 'list() of the volume',
  'snapshots.clone': 'tasks({ destination })',
  'snapshots.recover': 'tasks({ destination })',
  'nativeSnapshots.create': 'find()',
};

/** What to think of a call that was sent and not answered, or nothing. */
export function hintForUnknown(operation: string, attempts: number): string {
  if (!CHANGES.has(operation) || attempts === 0) return '';
  const look = LOOK[operation];
  return `it may have been done, or be done yet${look === undefined ? '' : `: ${look} tells`}`;
}

/** A sentence that helps, or none. */
export function hintFor(operation: string, status: string, attempts: number): string {
  if (attempts > 1 && DONE_BEFORE[operation] === status) {
    return 'an earlier attempt of this call may have done it already, its answer being lost';
  }
  return BY_CALL[operation]?.[status] ?? BY_STATUS[status] ?? '';
}
