/** How far a snapshot has come, by the service's numbers. */
export const SnapshotStatus = {
  done: 0,
  pending: 1,
  deleting: 2,
  errorDeleting: 3,
  canceling: 4,
  error: 5,
} as const;

/** How far a clone or recovery has come, by the service's numbers. */
export const TaskStatus = {
  done: 0,
  cloning: 1,
  recovering: 2,
  cleaning: 3,
  errorCleaning: 4,
  error: 5,
  retrying: 6,
  metaInstalled: 7,
} as const;

/** What a clone or recovery does next, by the service's numbers. */
export const Step = {
  createCloneFile: 0,
  createCloneMeta: 1,
  createCloneChunk: 2,
  completeCloneMeta: 3,
  recoverChunk: 4,
  changeOwner: 5,
  renameCloneFile: 6,
  completeCloneFile: 7,
  end: 8,
} as const;

export type SnapshotStatus = (typeof SnapshotStatus)[keyof typeof SnapshotStatus];
export type TaskStatus = (typeof TaskStatus)[keyof typeof TaskStatus];
export type Step = (typeof Step)[keyof typeof Step];

/** What a volume is like that a clone is to be like, sizes in bytes. */
export interface VolumeShape {
  length: number;
  chunkSize: number;
  segmentSize: number;
  stripeUnit: number;
  stripeCount: number;
  poolset: string;
}

/** A snapshot. Records never change: a changed one takes the place of the old. */
export interface SnapshotRecord {
  id: string;
  user: string;
  /** Path of the volume. */
  file: string;
  name: string;
  status: SnapshotStatus;
  progress: number;
  /** What the MDS told when it took it; until then nothing. */
  taken?: {
    /** The sequence number that it holds. */
    sequence: number;
    /** Microseconds since the epoch. */
    time: number;
    /** Inode id of the volume. */
    volumeId: number;
    shape: VolumeShape;
  };
  /** Whether all that it holds is stored, and the MDS need not keep anything for it. */
  stored?: boolean;
}

/** Of each chunk that a snapshot holds, by its index in the volume, the version. */
export type SnapshotIndex = Readonly<Record<number, number>>;

/** A clone or a recovery. Records never change, either. */
export interface TaskRecord {
  id: string;
  user: string;
  kind: 'clone' | 'recover';
  /** A snapshot's id, or a path. */
  source: string;
  fromSnapshot: boolean;
  destination: string;
  /** Inode id of the volume that a recovery replaces; 0 for a clone. */
  replaces: number;
  lazy: boolean;
  /** Whether a lazy one has been usable, and is being completed. */
  flattens: boolean;
  /** What it is to be like. */
  shape: VolumeShape;
  /** Its sequence number. */
  sequence: number;
  status: TaskStatus;
  next: Step;
  progress: number;
  /** The volume that is being made: its inode id, and when it was, in microseconds since the epoch. */
  made?: { id: number; time: number };
}
