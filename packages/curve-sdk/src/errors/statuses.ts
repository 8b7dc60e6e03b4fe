import type { NativeErrorKind } from '@curve-wcs/curve-native';
import type { CurveErrorCode } from './curve-error.js';

/** What a status is called, which code it has, and what it says. */
export interface Status {
  readonly name: string;
  readonly code: CurveErrorCode;
  readonly says: string;
}

type Rows = Readonly<Record<number, readonly [name: string, code: CurveErrorCode, says: string]>>;

/** StatusCode of the MDS (curve-protocol.md §3.6). */
const MDS: Rows = {
  101: ['kFileExists', 'EXISTS', 'it exists already'],
  102: ['kFileNotExists', 'NOTEXIST', 'it does not exist'],
  103: ['kNotDirectory', 'UNKNOWN', 'it, or a part of the path to it, is a volume and no directory'],
  104: ['kParaError', 'PARAM_ERROR', 'an argument is not acceptable'],
  105: ['kShrinkBiggerFile', 'NO_SHRINK_BIGGER_FILE', 'a volume cannot become smaller'],
  106: ['kExtentUnitError', 'UNKNOWN', 'a volume grows by whole segments only'],
  107: ['kSegmentNotAllocated', 'NOT_ALLOCATE', 'the segment is not allocated'],
  108: ['kSegmentAllocateError', 'UNKNOWN', 'no space could be allocated'],
  109: ['kDirNotExist', 'NOTEXIST', 'the directory does not exist'],
  110: ['kNotSupported', 'NOT_SUPPORT', 'this cannot be done to it, or not now'],
  111: ['kOwnerAuthFail', 'AUTHFAIL', 'this user may not do that'],
  112: ['kDirNotEmpty', 'NOT_EMPTY', 'the directory is not empty'],
  120: ['kFileUnderSnapShot', 'UNDER_SNAPSHOT', 'the volume has a snapshot'],
  121: ['kFileNotUnderSnapShot', 'NOT_UNDERSNAPSHOT', 'the volume has no snapshot'],
  122: ['kSnapshotDeleting', 'DELETING', 'a snapshot is being deleted'],
  123: ['kSnapshotFileNotExists', 'NOTEXIST', 'the snapshot does not exist'],
  124: ['kSnapshotFileDeleteError', 'DELETE_ERROR', 'a snapshot could not be deleted'],
  125: ['kSessionNotExist', 'SESSION_NOT_EXIST', 'the session is gone'],
  126: ['kFileOccupied', 'FILE_OCCUPIED', 'some client has the volume open'],
  127: ['kCloneFileNameIllegal', 'UNKNOWN', 'a clone cannot have this name'],
  128: ['kCloneStatusNotMatch', 'STATUS_NOT_MATCH', 'the state of the clone does not allow this'],
  129: ['kCommonFileDeleteError', 'UNKNOWN', 'the deletion failed'],
  130: ['kFileIdNotMatch', 'UNKNOWN', 'the volume at hand has another id'],
  131: ['kFileUnderDeleting', 'UNKNOWN', 'the volume is being deleted'],
  132: ['kFileLengthNotSupported', 'LENGTH_NOT_SUPPORT', 'the cluster has no room for this size, or no use'],
  133: ['kDeleteFileBeingCloned', 'DELETE_BEING_CLONED', 'a clone depends on the volume'],
  134: ['kClientVersionNotMatch', 'CLIENT_NOT_SUPPORT_SNAPSHOT', 'a client too old for this has it open'],
  135: ['kSnapshotFrozen', 'SNAPSTHO_FROZEN', 'snapshots are disabled for now'],
  136: ['kSnapshotCloneConnectFail', 'UNKNOWN', 'the snapshot-clone server cannot be reached'],
  137: ['kSnapshotCloneServerNotInit', 'UNKNOWN', 'there is no snapshot-clone server'],
  138: ['kRecoverFileCloneMetaInstalled', 'UNKNOWN', 'an unfinished clone cannot be restored'],
  139: ['kRecoverFileError', 'UNKNOWN', 'a volume that is being cloned cannot be restored'],
  140: ['kEpochTooOld', 'EPOCH_TOO_OLD', 'another client has fenced this one off'],
  141: ['kPoolsetNotExist', 'NOTEXIST', 'the poolset does not exist'],
  501: ['kStorageError', 'INTERNAL_ERROR', 'its metadata store failed'],
  502: ['KInternalError', 'UNKNOWN', 'an internal error'],
};

/** CHUNK_OP_STATUS of a chunkserver (curve-protocol.md §3.6). */
const CHUNK: Rows = {
  1: ['CHUNK_OP_STATUS_REDIRECTED', 'FAILED', 'no leader was found for the copyset'],
  2: ['CHUNK_OP_STATUS_DISK_FAIL', 'DISK_FAIL', 'a disk failed'],
  3: ['CHUNK_OP_STATUS_CRC_FAIL', 'CRC_ERROR', 'a checksum is wrong'],
  4: ['CHUNK_OP_STATUS_INVALID_REQUEST', 'INVALID_REQUEST', 'it takes the offset or length for wrong'],
  5: ['CHUNK_OP_STATUS_NOSPACE', 'NO_SPACE', 'it is full'],
  6: ['CHUNK_OP_STATUS_COPYSET_NOTEXIST', 'NOTEXIST', 'it does not have the copyset'],
  7: ['CHUNK_OP_STATUS_CHUNK_NOTEXIST', 'NOTEXIST', 'it does not have the chunk'],
  8: ['CHUNK_OP_STATUS_FAILURE_UNKNOWN', 'FAILED', 'it failed and did not say why'],
  9: ['CHUNK_OP_STATUS_OVERLOAD', 'FAILED', 'it has too much to do'],
  10: ['CHUNK_OP_STATUS_BACKWARD', 'FAILED', 'the request is of an older version than the chunk'],
  11: ['CHUNK_OP_STATUS_CHUNK_EXIST', 'EXISTS', 'the chunk exists already'],
  12: ['CHUNK_OP_STATUS_EPOCH_TOO_OLD', 'EPOCH_TOO_OLD', 'another client has fenced this one off'],
};

/** Errors of the RPC layer: brpc's and errno (curve-protocol.md §2.5). */
const RPC: Rows = {
  11: ['EAGAIN', 'FAILED', 'a server was not ready'],
  2: ['ENOENT', 'FAILED', 'a server did not know what was asked for'],
  104: ['ECONNRESET', 'FAILED', 'the connection was reset'],
  110: ['ETIMEDOUT', 'FAILED', 'no connection in time'],
  111: ['ECONNREFUSED', 'FAILED', 'the connection was refused'],
  112: ['EHOSTDOWN', 'FAILED', 'the server is down'],
  1001: ['ENOSERVICE', 'FAILED', 'the server lacks the service'],
  1002: ['ENOMETHOD', 'FAILED', 'the server lacks the method'],
  1003: ['EREQUEST', 'FAILED', 'the server could not read the request'],
  1008: ['ERPCTIMEDOUT', 'FAILED', 'no answer in time'],
  1009: ['EFAILEDSOCKET', 'FAILED', 'the connection broke'],
  1011: ['EOVERCROWDED', 'FAILED', 'too much is waiting to be sent'],
  1014: ['EEOF', 'FAILED', 'the server closed the connection'],
  2001: ['EINTERNAL', 'FAILED', 'the server failed'],
  2002: ['ERESPONSE', 'FAILED', 'the answer could not be read'],
  2003: ['ELOGOFF', 'FAILED', 'the server is stopping'],
  2004: ['ELIMIT', 'FAILED', 'the server has too much to do'],
};

/** Status of the MDS's TopologyService, negative (curve-protocol.md §3.3). */
const TOPOLOGY: Rows = Object.fromEntries(
  [
    'an internal error',
    'an argument is wrong',
    'it could not start',
    'its store failed',
    'the id is taken',
    'no such chunkserver',
    'no such server',
    'no such zone',
    'no such physical pool',
    'no such logical pool',
    'no such copyset',
    'no copyset could be made',
    'no id could be given',
    'it is not empty',
    'the address is taken',
    'the name is taken',
    'a chunkserver could not make a copyset',
    'it is not retired',
    'the logical pool exists',
    'no such poolset',
    'the default poolset stays',
    'sizes of blocks or chunks differ',
  ].map((says, index) => [-1 - index, [`topology status ${-1 - index}`, 'FAILED', says]] as const),
);

/** What a number that is not in its table is called. */
interface Otherwise {
  readonly name: string;
  readonly code: CurveErrorCode;
  readonly says: string;
}

const UNDEFINED = { name: 'status', says: 'a status that the protocol lacks' };

/** The tables, each of its own kind of failure: the same number means another thing in each. */
const TABLES: Readonly<Record<StatusKind, readonly [rows: Rows, otherwise: Otherwise]>> = {
  mds: [MDS, { ...UNDEFINED, code: 'UNKNOWN' }],
  topology: [TOPOLOGY, { name: 'topology status', code: 'FAILED', says: 'its topology service failed' }],
  chunk: [CHUNK, { ...UNDEFINED, code: 'FAILED' }],
  rpc: [RPC, { name: 'error', code: 'FAILED', says: 'the call failed' }],
};

/** Kinds of failures that have a number: what a server answered, or why there was no answer. */
export type StatusKind = Exclude<NativeErrorKind, 'client' | 'timeout' | 'canceled'>;

/** The status of that number; every number has one. */
export function statusOf(kind: StatusKind, number: number): Status {
  const [rows, otherwise] = TABLES[kind];
  const [name, code, says] = rows[number] ?? [`${otherwise.name} ${number}`, otherwise.code, otherwise.says];
  return { name, code, says };
}
