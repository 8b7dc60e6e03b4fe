import type { CallOptions, Course } from '../call-options.js';
import { checkNotRoot, checkPath, checkWhole } from '../checks.js';
import type { Connection } from '../client/connection.js';
import { CurveError } from '../errors/curve-error.js';
import { pauseOf } from '../snapshots/pause.js';
import { NativeSnapshot } from './native-snapshot.js';

/** Options of {@link NativeSnapshots.create}. */
export interface CreateNativeSnapshotOptions extends CallOptions {
  /**
   * Milliseconds until every client that has the volume open has learnt of it, before which what they write may still be in
   * it: two leases of the MDS, as Curve's own service waits. 0 where nobody writes.
   *
   * @default 10_000
   */
  readonly settle?: number | undefined;
}

/** Milliseconds for taking back a snapshot that nobody gets. */
const TAKING_BACK = 10_000;

/**
 * Snapshots that the MDS itself keeps, one at a time of each volume, for as long as somebody copies them: what Curve's
 * snapshot service works with, and backups. The volume's owner may make them; nothing but the cluster is needed
 * (curve-snapshot.md §5). {@link Snapshots} are those of the service, which last.
 */
export class NativeSnapshots {
  readonly #connection: Connection;

  /** @internal */
  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Makes a snapshot of a volume (CreateSnapShot), and waits until all that have the volume open respect it.
   *
   * @throws CurveError `UNDER_SNAPSHOT` the volume has one: the snapshot service may be at work, or {@link find} gives what an
   * earlier program left; `STATUS_NOT_MATCH` it is a clone whose content is elsewhere still; `NOT_SUPPORT` a directory;
   * `SNAPSTHO_FROZEN` the MDS has started less than a minute ago; `CLIENT_NOT_SUPPORT_SNAPSHOT` somebody has it open with a
   * libcurve that is too old
   */
  async create(path: string, options?: CreateNativeSnapshotOptions): Promise<NativeSnapshot> {
    const operation = 'nativeSnapshots.create';
    checkPath(path, operation);
    checkNotRoot(path, operation);
    const { settle = 10_000 } = options ?? {};
    checkWhole(settle, operation, 'settle');
    return this.#connection.steps(operation, path, options, async course => {
      await this.#checkWhole(path, course);
      const { createRecord } = await import('./mds-calls.js');
      const snapshot = new NativeSnapshot(
        this.#connection,
        await createRecord(this.#connection, course, path),
      );
      try {
        if (settle > 0) await pauseOf(course, settle);
        else course.step();
      } catch (error) {
        await snapshot.delete({ deadline: TAKING_BACK }).catch(() => {});
        throw error;
      }
      return snapshot;
    });
  }

  /**
   * The snapshot that a volume has in the MDS, if it has one (GetFileInfo, ListSnapShot). It may be the snapshot service's,
   * whose work fails if it is deleted.
   */
  async find(path: string, options?: CallOptions): Promise<NativeSnapshot | undefined> {
    const operation = 'nativeSnapshots.find';
    checkPath(path, operation);
    checkNotRoot(path, operation);
    return this.#connection.steps(operation, path, options, async course => {
      const { seqNum } = await this.#stat(path, course);
      const { findRecord } = await import('./mds-calls.js');
      // The version before the one that is written to now.
      const record = await findRecord(this.#connection, course, path, seqNum - 1n);
      return record && new NativeSnapshot(this.#connection, record);
    });
  }

  async #checkWhole(path: string, course: Course): Promise<void> {
    const { fileStatus } = await this.#stat(path, course);
    if (fileStatus !== CLONE_META_INSTALLED) return;
    const { operation } = course;
    const message = `${operation} ${path}: a clone whose content is not all its own yet; flatten it first`;
    throw new CurveError('STATUS_NOT_MATCH', message, { operation, path });
  }

  #stat(path: string, course: Course) {
    return this.#connection.ask(course, (native, user) => native.stat(path, user, course.step()));
  }
}

const CLONE_META_INSTALLED = 3;
