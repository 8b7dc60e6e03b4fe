import { CurveError, type CurveErrorCode } from '../errors/curve-error.js';
import type { CloneTask } from './clone-task.js';
import type { Snapshot } from './snapshot.js';

// When tasks have ended, and how, by the state of their record; undefined is none (curve-snapshot.md §3, §4).

interface End<Result> {
  readonly result: Result;
}

/** A snapshot that is being made. */
export function creationEnded(id: string, state: Snapshot | undefined): End<Snapshot> | undefined {
  if (state === undefined) throw failure('NOTEXIST', id, 'it was cancelled or deleted');
  if (state.status === 'done') return { result: state };
  if (state.status === 'error') {
    const hint = 'delete it: until then its volume may count as one under a snapshot';
    throw failure('FAILED', id, `the snapshot of ${state.volume} failed`, hint);
  }
  return undefined;
}

/** A snapshot that is being deleted. */
export function deletionEnded(id: string, state: Snapshot | undefined): End<void> | undefined {
  if (state === undefined) return { result: undefined };
  if (state.status === 'error')
    throw failure('DELETE_ERROR', id, 'it could not be deleted', 'delete it again');
  if (state.status === 'done')
    throw failure('STATUS_NOT_MATCH', id, 'it is done, and is not being deleted', 'delete it again');
  return undefined;
}

/** A clone or recovery, until its volume can be used. */
export function usable(id: string, state: CloneTask | undefined): End<CloneTask> | undefined {
  return state?.status === 'metaInstalled' ? { result: state } : complete(id, state);
}

/** A clone or recovery, until it needs its source no more. */
export function complete(id: string, state: CloneTask | undefined): End<CloneTask> | undefined {
  if (state === undefined)
    throw failure('NOTEXIST', id, 'its record was removed, so nothing tells how it ended');
  if (state.status === 'done') return { result: state };
  if (state.status !== 'error') return undefined;
  const what = `the ${state.kind === 'clone' ? 'clone' : 'recovery'} of ${state.source} to ${state.destination}`;
  throw failure('FAILED', id, `${what} failed at ${state.nextStep}`, afterFailure(state));
}

/** A task whose record is being removed. */
export function cleaningEnded(id: string, state: CloneTask | undefined): End<void> | undefined {
  if (state === undefined) return { result: undefined };
  // A server that is started again takes it for the clone itself.
  if (state.status === 'error' || state.status === 'done')
    throw failure('FAILED', id, 'its record could not be removed', 'clean it again');
  return undefined;
}

function afterFailure({ kind, lazy, nextStep }: CloneTask): string {
  const clean = 'cleanTask() removes what is left of it';
  if (kind === 'recover' && nextStep === 'renameCloneFile') return `is the volume open somewhere? ${clean}`;
  if (lazy && (nextStep === 'createCloneMeta' || nextStep === 'createCloneChunk'))
    return 'if it was being flattened, it can never be: the volume reads from its source, which may now be deleted';
  return clean;
}

function failure(code: CurveErrorCode, id: string, what: string, hint?: string): CurveError {
  const operation = 'snapshots.wait';
  const message = `${operation} ${id}: ${what}${hint === undefined ? '' : `; ${hint}`}`;
  return new CurveError(code, message, { operation, taskId: id, hint });
}
