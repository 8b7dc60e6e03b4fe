import type { Members } from './members.js';

/** A snapshot of a volume, finished or not (curve-snapshot.md §2). */
export interface Snapshot {
  /** The service's id for it, a UUID. */
  readonly id: string;
  /** The name it was given; several may have the same. */
  readonly name: string;
  /** Path that the volume had. */
  readonly volume: string;
  /** Who made it; only that user sees it by its id, deletes it or makes clones of it. */
  readonly user: string;
  /** How far it has come. */
  readonly status: SnapshotStatus;
  /** Percent of what is under way. */
  readonly progress: number;
  /** Sequence number of the volume that it holds; not known before it is taken. */
  readonly sequence?: number;
  /** When it was taken, by the cluster's clock; not known before. */
  readonly createdAt?: Date;
  /** Bytes that the volume had; not known before it is taken. */
  readonly length?: number;
}

/**
 * How far a snapshot has come; it stays only in `done` and `error`. `errorDeleting` is one in `error` being
 * deleted.
 */
export type SnapshotStatus = 'done' | 'pending' | 'deleting' | 'errorDeleting' | 'canceling' | 'error';

/** In the order of the service's numbers. */
export const SNAPSHOT_STATUSES: readonly SnapshotStatus[] = [
  'done',
  'pending',
  'deleting',
  'errorDeleting',
  'canceling',
  'error',
];

/** What the service said. It writes 0 for what is not known yet. */
export function snapshot(members: Members): Snapshot {
  const [sequence, microseconds] = [members.whole('SeqNum'), members.whole('Time')];
  const length = members.whole('FileLength');
  return {
    id: members.text('UUID'),
    name: members.text('Name'),
    volume: members.text('File'),
    user: members.text('User'),
    status: members.word('Status', SNAPSHOT_STATUSES),
    progress: members.whole('Progress'),
    ...(sequence > 0 ? { sequence } : {}),
    ...(microseconds > 0 ? { createdAt: new Date(microseconds / 1000) } : {}),
    ...(length > 0 ? { length } : {}),
  };
}
