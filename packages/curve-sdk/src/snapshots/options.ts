import type { CallOptions } from '../call-options.js';
import type { CloneKind, CloneStatus } from './clone-task.js';
import type { SnapshotStatus } from './snapshot.js';

/** Options of {@link Snapshots.create}. */
export interface CreateSnapshotOptions extends CallOptions {
  /** Its name: no spaces, control characters, `&` and `#`. */
  readonly name: string;
}

/** Options of {@link Snapshots.list}. */
export interface ListSnapshotsOptions extends CallOptions {
  /** Only those that have come so far. */
  readonly status?: SnapshotStatus | undefined;
  /**
   * Whether those of other users are listed, too.
   *
   * @default false
   */
  readonly allUsers?: boolean | undefined;
}

/** Options of {@link Snapshots.recover}. */
export interface RecoverOptions extends CallOptions {
  /**
   * Whether the volume can be used before all is copied. It then reads from the snapshot until it is flattened.
   *
   * @default false
   */
  readonly lazy?: boolean | undefined;
}

/** Options of {@link Snapshots.clone}. */
export interface CloneOptions extends RecoverOptions {
  /**
   * Name of the poolset.
   *
   * @default the cluster's choice
   */
  readonly poolset?: string | undefined;
}

/** Options of {@link Snapshots.tasks}. */
export interface TasksOptions extends CallOptions {
  /** Only those that make or replace this volume. */
  readonly destination?: string | undefined;
  /** Only those of this snapshot's id or volume's path. */
  readonly source?: string | undefined;
  /** Only those that have come so far. */
  readonly status?: CloneStatus | undefined;
  /** Only clones, or only recoveries. */
  readonly kind?: CloneKind | undefined;
  /**
   * Whether those of other users are listed, too.
   *
   * @default false
   */
  readonly allUsers?: boolean | undefined;
}
