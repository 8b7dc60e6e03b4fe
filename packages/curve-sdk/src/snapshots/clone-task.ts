import type { Members } from './members.js';

/** What the service knows of a clone or recovery (curve-snapshot.md §4). */
export interface CloneTask {
  /** The service's id for it, a UUID. */
  readonly id: string;
  /** Whether it makes a volume or replaces the content of one. */
  readonly kind: CloneKind;
  /** Who asked for it. */
  readonly user: string;
  /** Path of the volume that it makes or replaces. */
  readonly destination: string;
  /** Id of a snapshot or path of a volume. */
  readonly source: string;
  /** Which of the two. */
  readonly sourceKind: CloneSourceKind;
  /** Whether the volume can be used before all of it is copied. */
  readonly lazy: boolean;
  /** How far it has come. */
  readonly status: CloneStatus;
  /** What it does next, or failed at. */
  readonly nextStep: CloneStep;
  /** Percent of what is under way. */
  readonly progress: number;
  /** When the volume was made, by the cluster's clock; not known before. */
  readonly createdAt?: Date;
}

/** What a {@link CloneTask} is for. */
export type CloneKind = 'clone' | 'recover';
/** What a {@link CloneTask} reads from. */
export type CloneSourceKind = 'volume' | 'snapshot';
/**
 * How far a {@link CloneTask} has come. `metaInstalled` is a lazy one that can be used, and reads from its source; it stays
 * that until it is flattened. `retrying` is a copy that goes on by itself when it can, `errorCleaning` one in `error` being
 * cleaned.
 */
export type CloneStatus =
  | 'done'
  | 'cloning'
  | 'recovering'
  | 'cleaning'
  | 'errorCleaning'
  | 'error'
  | 'retrying'
  | 'metaInstalled';
/** The steps of a {@link CloneTask}, in their order. */
export type CloneStep =
  | 'createCloneFile'
  | 'createCloneMeta'
  | 'createCloneChunk'
  | 'completeCloneMeta'
  | 'recoverChunk'
  | 'changeOwner'
  | 'renameCloneFile'
  | 'completeCloneFile'
  | 'end';

// In the order of the service's numbers.
export const CLONE_KINDS: readonly CloneKind[] = ['clone', 'recover'];
const SOURCE_KINDS: readonly CloneSourceKind[] = ['volume', 'snapshot'];
export const CLONE_STATUSES: readonly CloneStatus[] = [
  'done',
  'cloning',
  'recovering',
  'cleaning',
  'errorCleaning',
  'error',
  'retrying',
  'metaInstalled',
];
const CLONE_STEPS: readonly CloneStep[] = [
  'createCloneFile',
  'createCloneMeta',
  'createCloneChunk',
  'completeCloneMeta',
  'recoverChunk',
  'changeOwner',
  'renameCloneFile',
  'completeCloneFile',
  'end',
];

/** What the service said. It writes 0 for a time that is not known yet. */
export function cloneTask(members: Members): CloneTask {
  const microseconds = members.whole('Time');
  return {
    id: members.text('UUID'),
    kind: members.word('TaskType', CLONE_KINDS),
    user: members.text('User'),
    destination: members.text('File'),
    source: members.text('Src'),
    sourceKind: members.word('FileType', SOURCE_KINDS),
    lazy: members.flag('IsLazy'),
    status: members.word('TaskStatus', CLONE_STATUSES),
    nextStep: members.word('NextStep', CLONE_STEPS),
    progress: members.whole('Progress'),
    ...(microseconds > 0 ? { createdAt: new Date(microseconds / 1000) } : {}),
  };
}
