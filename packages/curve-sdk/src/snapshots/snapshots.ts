import type { CallOptions, Course } from '../call-options.js';
import { checkChoice, checkNewPath, checkNotRoot, checkPath, invalid } from '../checks.js';
import type { Connection } from '../client/connection.js';
import { CurveError } from '../errors/curve-error.js';
import { type CloneReferences, cloneReferences } from './clone-references.js';
import { CLONE_KINDS, CLONE_STATUSES, type CloneTask, cloneTask } from './clone-task.js';
import type { Members } from './members.js';
import type {
  CloneOptions,
  CreateSnapshotOptions,
  ListSnapshotsOptions,
  RecoverOptions,
  TasksOptions,
} from './options.js';
import {
  checkNothingAt,
  checkNotOpen,
  checkPoolset,
  checkSource,
  checkVolume,
  refused,
} from './preconditions.js';
import { checkSendable, type ServiceRequest } from './request-target.js';
import { SnapshotService } from './service.js';
import { INTERNAL, NOT_THERE, TASK_EXISTS } from './service-status.js';
import { SNAPSHOT_STATUSES, type Snapshot, snapshot } from './snapshot.js';
import { type Ended, SnapshotTask } from './snapshot-task.js';
import { cleaningEnded, complete, creationEnded, deletionEnded, usable } from './task-ends.js';

/** More than there can be: pages would shift when records come and go. */
const ALL = '1000000000';

/**
 * Snapshots of volumes, clones and recoveries: the client of Curve's snapshot-clone service (curve-snapshot.md), whose
 * addresses {@link CurveClient.connect} is given.
 *
 * Long work is a {@link SnapshotTask}: it goes on by itself, can be waited for, and is found again by its id. The service
 * takes the user's name on trust; everybody else's snapshots and tasks are refused with `AUTHFAIL`, root's too and to root
 * too. A question that gets no answer is put to the next server, until none was there for 15 seconds. What would be done
 * twice by being sent twice is sent once: when its answer is lost it rejects, and `hint` says what tells whether it was done.
 * A question's answer may take 10 seconds, that of beginning some work 30, and that of a lazy clone or recovery as long as the
 * MDS needs.
 *
 * @example
 * ```ts
 * import { CurveClient } from '@curve-wcs/curve-sdk';
 *
 * const servers = { snapshotClone: ['10.0.0.1:5555', '10.0.0.2:5555'] };
 * await using curve = await CurveClient.connect('/etc/curve/client.conf', { user: 'alice', ...servers });
 * const creation = await curve.snapshots.create('/vol1', { name: 'before-upgrade' });
 * const snapshot = await creation.wait({ onProgress: ({ progress }) => console.log(progress) });
 * const clone = await curve.snapshots.clone(snapshot, '/vol1-copy', { lazy: true });
 * await clone.wait();
 * await (await curve.snapshots.flatten(clone.id)).wait();
 * ```
 */
export class Snapshots {
  readonly #connection: Connection;
  readonly #service: SnapshotService;

  /** @internal */
  constructor(connection: Connection, addresses: readonly string[]) {
    this.#connection = connection;
    this.#service = new SnapshotService(connection, addresses);
  }

  /**
   * Begins a snapshot of a volume (CreateSnapshot). It takes 12 seconds at least; what is written after it was taken is not
   * in it. Of the same name and volume there is one at a time: while it is pending, another call finds it. Afterwards names
   * need not be unique. A snapshot that root makes is root's, whoever owns the volume.
   *
   * @throws CurveError `NOTEXIST`, `AUTHFAIL` the volume is somebody else's, `STATUS_NOT_MATCH` it is a lazy clone, or is being
   * cloned, `NOT_SUPPORT` it has as many snapshots as it may
   */
  async create(volume: string, options: CreateSnapshotOptions): Promise<SnapshotTask<Snapshot, Snapshot>> {
    const operation = 'snapshots.create';
    checkVolumePath(volume, operation, 'volume');
    const name = options?.name;
    checkSendable(name, operation, 'name');
    return this.#steps(operation, volume, options, async course => {
      await checkVolume(this.#connection, course, volume);
      const created = await this.#ask(course, 'never', 'CreateSnapshot', { File: volume, Name: name });
      return this.creation(created.text('UUID'));
    });
  }

  /** A snapshot that is being made, found again by its id. Asks nobody yet. */
  creation(id: string): SnapshotTask<Snapshot, Snapshot> {
    checkId(id, 'snapshots.creation');
    return this.#making(id, creationEnded);
  }

  /**
   * The snapshots of a volume, or of all volumes, also of such as are gone; in no order (GetFileSnapshotList).
   */
  async *list(volume?: string, options?: ListSnapshotsOptions): AsyncGenerator<Snapshot, void, undefined> {
    const operation = 'snapshots.list';
    if (volume !== undefined) checkVolumePath(volume, operation, 'volume');
    checkChoice(options?.allUsers, [true, false], operation, 'allUsers');
    const status = numberOf(SNAPSHOT_STATUSES, options?.status, operation, 'status');
    const found = await this.#steps(operation, volume, options, course =>
      this.#service.ask(course, {
        action: 'GetFileSnapshotList',
        parameters: { User: this.#userUnless(options?.allUsers), File: volume, Status: status, Limit: ALL },
        again: 'question',
      }),
    );
    for (const members of found.list('Snapshots')) yield snapshot(members);
  }

  /**
   * What is known of a snapshot (GetFileSnapshotInfo).
   *
   * @throws CurveError `NOTEXIST`, `AUTHFAIL` it is somebody else's
   */
  async get(id: string, options?: CallOptions): Promise<Snapshot> {
    checkId(id, 'snapshots.get');
    return this.#steps('snapshots.get', undefined, options, course => this.#snapshot(course, id));
  }

  /**
   * Cancels a snapshot that is being made (CancelSnapshot). One that runs goes on for up to 11 seconds; its creation's `wait()`
   * rejects with `NOTEXIST` when it is gone.
   *
   * @throws CurveError `STATUS_NOT_MATCH` it has ended, or is being deleted, `NOTEXIST`, `AUTHFAIL`
   */
  async cancel(which: Snapshot | string, options?: CallOptions): Promise<void> {
    const operation = 'snapshots.cancel';
    const id = idOf(which, operation);
    await this.#steps(operation, undefined, options, async course => {
      const { volume, status } = await this.#snapshot(course, id);
      // The service would say yes, and delete it all the same.
      if (status === 'deleting' || status === 'errorDeleting')
        throw refused('STATUS_NOT_MATCH', course, 'it is being deleted');
      await this.#ask(course, 'never', 'CancelSnapshot', { UUID: id, File: volume });
    });
  }

  /**
   * Begins to delete a snapshot (DeleteSnapshot); one that is being made is cancelled.
   *
   * @throws CurveError `DELETE_BEING_CLONED` clones depend on it, `NOTEXIST`, `AUTHFAIL`
   */
  async delete(which: Snapshot | string, options?: CallOptions): Promise<SnapshotTask<Snapshot, void>> {
    const operation = 'snapshots.delete';
    const id = idOf(which, operation);
    return this.#steps(operation, undefined, options, async course => {
      // Of what is not there, the service says that it is deleted, or that it failed.
      await this.#snapshot(course, id);
      await this.#unlessGone(this.#ask(course, 'may', 'DeleteSnapshot', { UUID: id }), () =>
        this.#snapshot(course, id),
      );
      return this.deletion(id);
    });
  }

  /** A snapshot that is being deleted, found again by its id. Asks nobody yet. */
  deletion(id: string): SnapshotTask<Snapshot, void> {
    checkId(id, 'snapshots.deletion');
    return this.#making(id, deletionEnded);
  }

  /**
   * Begins a new volume with the content of a snapshot, or of a volume that may be anybody's (Clone). The call of a `lazy` one
   * returns when it can be used; it can take minutes when the MDS is unwell, and a `deadline` ends only the waiting. A clone of
   * a volume is no moment of it: what is written meanwhile may be in it or not. It takes a whole segment for each that the
   * volume has; a chunkserver whose disk gets full by it ends itself, so look at `cluster.space()` first, and again before
   * flattening.
   *
   * @param source - a snapshot, its id, or the path of a volume
   * @param to - path of the new volume
   * @returns a task that has ended when the volume can be used: when all is copied, or when it is `metaInstalled` if `lazy`
   * @throws CurveError `EXISTS`, `NOTEXIST` the source, the directory or the poolset, `STATUS_NOT_MATCH` the snapshot is not done,
   * or the volume is a lazy clone, `AUTHFAIL` the snapshot is somebody else's, `INTERNAL_ERROR` a lazy one failed, with the
   * `taskId` of what is to be cleaned
   */
  async clone(
    source: Snapshot | string,
    to: string,
    options?: CloneOptions,
  ): Promise<SnapshotTask<CloneTask, CloneTask>> {
    const operation = 'snapshots.clone';
    const from = typeof source === 'string' && source.startsWith('/') ? source : idOf(source, operation);
    if (from.startsWith('/')) checkVolumePath(from, operation, 'source');
    checkNewPath(to, operation, 'to');
    checkSendable(to, operation, 'to');
    const { lazy = false, poolset } = options ?? {};
    checkChoice(lazy, [true, false], operation, 'lazy');
    if (poolset !== undefined) checkSendable(poolset, operation, 'poolset');
    return this.#steps(operation, to, options, async course => {
      await checkNothingAt(this.#connection, course, to);
      if (from.startsWith('/')) await checkSource(this.#connection, course, from);
      if (poolset !== undefined) await checkPoolset(this.#connection, course, poolset);
      const parameters = { Source: from, Destination: to, Lazy: String(lazy), Poolset: poolset };
      const id = (await this.#ask(course, 'never', 'Clone', parameters, lazy)).text('UUID');
      await this.#checkIsThis(course, id, { kind: 'clone', source: from, destination: to, lazy });
      return this.cloning(id);
    });
  }

  /**
   * Begins to replace a volume's content by that of one of its snapshots (Recover): it gets another inode id, and the old one
   * goes to the recycle bin. Called again when it is done, it is done again.
   *
   * @param volume - path of the volume that the snapshot is of
   * @returns a task, as of {@link clone}
   * @throws CurveError `FILE_OCCUPIED` the volume is open somewhere, `STATUS_NOT_MATCH` the snapshot is not done or of another
   * volume, `NOTEXIST`, `AUTHFAIL`, `INTERNAL_ERROR` a lazy one failed
   */
  async recover(
    which: Snapshot | string,
    volume: string,
    options?: RecoverOptions,
  ): Promise<SnapshotTask<CloneTask, CloneTask>> {
    const operation = 'snapshots.recover';
    const id = idOf(which, operation);
    checkVolumePath(volume, operation, 'volume');
    const { lazy = false } = options ?? {};
    checkChoice(lazy, [true, false], operation, 'lazy');
    return this.#steps(operation, volume, options, async course => {
      // A source that is no snapshot would be taken for a volume, and replace this one.
      await this.#snapshot(course, id);
      await checkNotOpen(this.#connection, course, volume);
      const parameters = { Source: id, Destination: volume, Lazy: String(lazy) };
      const task = (await this.#ask(course, 'never', 'Recover', parameters, lazy)).text('UUID');
      await this.#checkIsThis(course, task, { kind: 'recover', source: id, destination: volume, lazy });
      return this.cloning(task);
    });
  }

  /** A clone or recovery, found again by its id. Asks nobody yet. */
  cloning(id: string): SnapshotTask<CloneTask, CloneTask> {
    checkId(id, 'snapshots.cloning');
    return this.#copying(id, usable);
  }

  /**
   * Begins to copy what a lazy clone or a lazily recovered volume still reads from its source (Flatten). Anybody may. Without
   * space for it, it fails for good, and nothing keeps the source from being deleted any more: see {@link clone}.
   *
   * @param which - the task of the clone, or its id
   * @returns a task that has ended when the source is not needed any more
   * @throws CurveError `NOTEXIST`, `STATUS_NOT_MATCH` it has failed or is being cleaned, or is trying again by itself
   */
  async flatten(
    which: CloneTask | SnapshotTask<CloneTask, CloneTask> | string,
    options?: CallOptions,
  ): Promise<SnapshotTask<CloneTask, CloneTask>> {
    const operation = 'snapshots.flatten';
    const id = idOf(which, operation);
    return this.#steps(operation, undefined, options, async course => {
      await this.#ask(course, 'may', 'Flatten', { UUID: id });
      return this.flattening(id);
    });
  }

  /** A clone or recovery that is being flattened, found again by its id. Asks nobody yet. */
  flattening(id: string): SnapshotTask<CloneTask, CloneTask> {
    checkId(id, 'snapshots.flattening');
    return this.#copying(id, complete);
  }

  /** The clones and recoveries that the service has a record of; in no order (GetCloneTaskList). */
  async *tasks(options?: TasksOptions): AsyncGenerator<CloneTask, void, undefined> {
    const operation = 'snapshots.tasks';
    const { allUsers, source, destination, status, kind } = options ?? {};
    checkChoice(allUsers, [true, false], operation, 'allUsers');
    if (source !== undefined) checkSendable(source, operation, 'source');
    if (destination !== undefined) checkVolumePath(destination, operation, 'destination');
    const parameters = {
      User: this.#userUnless(allUsers),
      Source: source,
      Destination: destination,
      Status: numberOf(CLONE_STATUSES, status, operation, 'status'),
      Type: numberOf(CLONE_KINDS, kind, operation, 'kind'),
      Limit: ALL,
    };
    const found = await this.#steps(operation, destination, options, course =>
      this.#service.ask(course, { action: 'GetCloneTaskList', parameters, again: 'question' }),
    );
    for (const members of found.list('TaskInfos')) yield cloneTask(members);
  }

  /**
   * Begins to remove the record of a clone or recovery that has ended, and what a failed one left behind (CleanCloneTask). The
   * volume stays. Records of what is done stay until then.
   *
   * @throws CurveError `STATUS_NOT_MATCH` it has not ended: a lazy one has not before it is flattened, `NOTEXIST`, `AUTHFAIL`
   */
  async cleanTask(
    which: CloneTask | SnapshotTask<CloneTask, CloneTask> | string,
    options?: CallOptions,
  ): Promise<SnapshotTask<CloneTask, void>> {
    const operation = 'snapshots.cleanTask';
    const id = idOf(which, operation);
    return this.#steps(operation, undefined, options, async course => {
      // Of what is not there, the service says that it is clean.
      await this.#task(course, id);
      await this.#unlessGone(this.#ask(course, 'may', 'CleanCloneTask', { UUID: id }), () =>
        this.#task(course, id),
      );
      return this.#copying(id, cleaningEnded);
    });
  }

  /**
   * Which clones need a snapshot or volume (GetCloneRefStatus). Of clones that the user may look at, those that were removed
   * are left out, which the service itself notices within an hour.
   *
   * @param source - a snapshot, its id, or the path of a volume
   */
  async cloneReferences(source: Snapshot | string, options?: CallOptions): Promise<CloneReferences> {
    const operation = 'snapshots.cloneReferences';
    const from = typeof source === 'string' && source.startsWith('/') ? source : idOf(source, operation);
    checkSendable(from, operation, 'source');
    return this.#steps(operation, undefined, options, async course => {
      const found = await this.#ask(course, 'question', 'GetCloneRefStatus', { Source: from });
      return cloneReferences(this.#connection, course, found);
    });
  }

  /** A 200 does not mean that it is this clone: it may be an earlier one of the same destination, or a failed one. */
  async #checkIsThis(
    course: Course,
    id: string,
    wanted: Pick<CloneTask, 'kind' | 'source' | 'destination' | 'lazy'>,
  ): Promise<void> {
    const found = await this.#task(course, id).catch((error: unknown) => {
      if (!(error instanceof CurveError)) throw error;
      if (error.code === 'AUTHFAIL') return undefined;
      const { code, operation, path, request, status } = error;
      const message = `${error.message}; the task is ${id}`;
      throw new CurveError(code, message, { operation, path, request, status, taskId: id, cause: error });
    });
    const same = (Object.keys(wanted) as (keyof typeof wanted)[]).every(key => found?.[key] === wanted[key]);
    if (same && found?.user === this.#connection.user.owner) return;
    throw refused('EXISTS', course, `the destination is that of another task, ${id}`);
  }

  /** Settles as the removal of a record does, except that what is gone after a failure was removed. */
  async #unlessGone(removal: Promise<unknown>, look: () => Promise<unknown>): Promise<void> {
    try {
      await removal;
    } catch (error) {
      if (!(error instanceof CurveError) || !UNCERTAIN.has(error.statusCode)) throw error;
      try {
        await look();
      } catch (gone) {
        if (gone instanceof CurveError && gone.statusCode === NOT_THERE) return;
      }
      throw error;
    }
  }

  #making<Result>(id: string, ended: Ended<Snapshot, Result>): SnapshotTask<Snapshot, Result> {
    return new SnapshotTask(id, { steps: this.#steps, look: course => this.#snapshot(course, id), ended });
  }

  #copying<Result>(id: string, ended: Ended<CloneTask, Result>): SnapshotTask<CloneTask, Result> {
    return new SnapshotTask(id, { steps: this.#steps, look: course => this.#task(course, id), ended });
  }

  async #snapshot(course: Course, id: string): Promise<Snapshot> {
    const found = await this.#ask(course, 'question', 'GetFileSnapshotInfo', { UUID: id });
    return theOne(found, 'Snapshots', id, snapshot);
  }

  async #task(course: Course, id: string): Promise<CloneTask> {
    const found = await this.#ask(course, 'question', 'GetCloneTasks', { UUID: id });
    return theOne(found, 'TaskInfos', id, cloneTask);
  }

  #ask(
    course: Course,
    again: ServiceRequest['again'],
    action: string,
    parameters: ServiceRequest['parameters'],
    synchronous = false,
  ): Promise<Members> {
    const all = { User: this.#connection.user.owner, ...parameters };
    return this.#service.ask(course, { action, parameters: all, again, synchronous });
  }

  #userUnless(allUsers: boolean | undefined): string | undefined {
    return allUsers ? undefined : this.#connection.user.owner;
  }

  #steps: Connection['steps'] = (operation, path, options, work) =>
    this.#connection.steps(operation, path, options, work);
}

/** What the service may answer to removing what another request removes at the same time. */
const UNCERTAIN: ReadonlySet<number | undefined> = new Set([INTERNAL, TASK_EXISTS]);

function theOne<T extends { id: string }>(
  found: Members,
  name: string,
  id: string,
  read: (members: Members) => T,
): T {
  const one = found
    .list(name)
    .map(read)
    .find(candidate => candidate.id === id);
  if (one === undefined) throw found.lacks(name);
  return one;
}

function checkVolumePath(path: unknown, operation: string, name: string): asserts path is string {
  checkPath(path, operation, name);
  checkNotRoot(path, operation, name);
  checkSendable(path, operation, name);
}

function checkId(id: unknown, operation: string): asserts id is string {
  checkSendable(id, operation, 'id');
  if (id.includes('/')) throw invalid(operation, 'id', 'an id that the service gave, not a path', id);
}

function idOf(which: unknown, operation: string): string {
  const id = typeof which === 'string' ? which : (which as { id?: unknown } | undefined)?.id;
  checkId(id, operation);
  return id;
}

/** The service's number for one of the words that it has numbers for. */
function numberOf(
  words: readonly string[],
  word: string | undefined,
  operation: string,
  name: string,
): string | undefined {
  checkChoice(word, words, operation, name);
  return word === undefined ? undefined : String(words.indexOf(word));
}
