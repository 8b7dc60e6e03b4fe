import type { CurveErrorCode } from '../errors/curve-error.js';

type Row = readonly [name: string, code: CurveErrorCode, says: string, hint?: string];

/** Codes of the snapshot-clone service (curve-snapshot.md §2). */
const ROWS: Readonly<Record<number, Row>> = {
  [-1]: ['kErrCodeInternalError', 'INTERNAL_ERROR', 'an internal error'],
  [-2]: ['kErrCodeServerInitFail', 'FAILED', 'the server could not be set up'],
  [-3]: ['kErrCodeServerStartFail', 'FAILED', 'the server could not start'],
  [-4]: ['kErrCodeServiceIsStop', 'FAILED', 'the server is stopping'],
  [-5]: ['kErrCodeInvalidRequest', 'INVALID_REQUEST', 'it takes the request for wrong'],
  [-6]: ['kErrCodeTaskExist', 'EXISTS', 'another task has to do with the same volume'],
  [-7]: [
    'kErrCodeInvalidUser',
    'AUTHFAIL',
    'this user may not do that',
    'a volume is snapshot by its owner, a snapshot or task belongs to who made it, and root is no exception',
  ],
  [-8]: ['kErrCodeFileNotExist', 'NOTEXIST', 'there is no such volume, snapshot or task'],
  [-9]: [
    'kErrCodeFileStatusInvalid',
    'STATUS_NOT_MATCH',
    'what the volume or task is going through does not allow this',
    'a lazy clone can be neither snapshot nor cloned before it is flattened, nor a volume that is being cloned snapshot',
  ],
  [-10]: ['kErrCodeChunkSizeNotAligned', 'UNKNOWN', 'the chunk size does not fit'],
  [-11]: ['kErrCodeFileNameNotMatch', 'PARAM_ERROR', 'the snapshot is of another volume'],
  [-12]: ['kErrCodeSnapshotCannotDeleteUnfinished', 'STATUS_NOT_MATCH', 'the snapshot is not done yet'],
  [-13]: ['kErrCodeSnapshotCannotCreateWhenError', 'STATUS_NOT_MATCH', 'a snapshot of the volume has failed'],
  [-14]: ['kErrCodeCannotCancelFinished', 'STATUS_NOT_MATCH', 'what has ended cannot be cancelled'],
  [-15]: [
    'kErrCodeInvalidSnapshot',
    'STATUS_NOT_MATCH',
    'the snapshot is not done, or is not of this volume',
  ],
  [-16]: [
    'kErrCodeSnapshotCannotDeleteCloning',
    'DELETE_BEING_CLONED',
    'clones depend on the snapshot',
    'cloneReferences() tells which; that a lazy clone was removed is noticed within an hour',
  ],
  [-17]: ['kErrCodeCannotCleanCloneUnfinished', 'STATUS_NOT_MATCH', 'the task has not ended'],
  [-18]: ['kErrCodeSnapshotCountReachLimit', 'NOT_SUPPORT', 'the volume has as many snapshots as it may'],
  [-19]: ['kErrCodeFileExist', 'EXISTS', 'there is something at the destination already'],
  [-20]: ['kErrCodeTaskIsFull', 'FAILED', 'there are too many tasks'],
  [-21]: ['kErrCodeNotSupport', 'NOT_SUPPORT', 'a client too old for this has the volume open'],
};

/** The service's code for what is unknown, or for what just comes to its end (curve-snapshot.md §3). */
export const INTERNAL = -1;
/** It stops. */
export const STOPPING = -4;
/** There is another task. */
export const TASK_EXISTS = -6;
/** There is no such thing. */
export const NOT_THERE = -8;

/** What one of the service's codes is called, which code of ours it has, what it says, and what may help. */
export function serviceStatus(number: number): {
  name: string;
  code: CurveErrorCode;
  says: string;
  hint: string | undefined;
} {
  const [name, code, says, hint] = ROWS[number] ?? [
    `code ${number}`,
    'UNKNOWN',
    'a code that the protocol lacks',
  ];
  return { name, code, says, hint };
}
