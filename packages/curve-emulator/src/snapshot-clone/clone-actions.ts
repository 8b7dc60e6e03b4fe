import { randomUUID } from 'node:crypto';
import { CurveFSService, FileStatus } from '../proto/nameserver2_pb.js';
import { isAtWork, isBeingCleaned, workOf } from './clone-tasks.js';
import type { Parameters } from './parameters.js';
import { SnapshotStatus, Step, type TaskRecord, TaskStatus, type VolumeShape } from './records.js';
import { type ActionAnswer, fileAt, type Service } from './service.js';
import { ServiceCodes, ServiceError } from './service-error.js';
import { shapeOf } from './snapshot-tasks.js';

const { kFileCreated, kFileCloned, kFileBeingCloned } = FileStatus;

/** What a clone or recovery is to be of. */
interface Source {
  fromSnapshot: boolean;
  shape: VolumeShape;
}

/** What can be asked about clones and recoveries (curve-snapshot.md §2, §4). */
export function cloneActions({ book, calls, clones, mutex }: Service) {
  async function make(kind: TaskRecord['kind'], asked: Parameters): Promise<ActionAnswer> {
    const { id, work } = await mutex.run(() => decide(kind, asked));
    if (!work || !asked.flag('Lazy')) return { UUID: id };
    await work;
    if (book.task(id)?.status === TaskStatus.error) throw new ServiceError(ServiceCodes.internal, id);
    return { UUID: id };
  }

  /** The task that is asked for: one that there is, or a new one and its work. */
  async function decide(
    kind: TaskRecord['kind'],
    asked: Parameters,
  ): Promise<{ id: string; work?: Promise<void> }> {
    const [user, source] = [asked.required('User'), asked.required('Source')];
    const destination = asked.required('Destination');
    const lazy = asked.flag('Lazy');
    const poolset = kind === 'clone' ? asked.optional('Poolset') : undefined;
    if (poolset === '') throw new ServiceError(ServiceCodes.invalidRequest);
    for (const task of book.tasks()) {
      if (task.destination !== destination || !isAtWork(task)) continue;
      const isSame = task.kind === kind && task.user === user && task.source === source && task.lazy === lazy;
      if (isSame) return { id: task.id };
      throw new ServiceError(ServiceCodes.exists);
    }
    const there = await fileAt({ calls }, destination);
    if (kind === 'clone' && there) return existing(destination, Number(there.id));
    if (kind === 'recover' && !there) throw new ServiceError(ServiceCodes.notThere);
    const { fromSnapshot, shape } = await sourceOf(kind, { source, user, destination });
    const id = randomUUID();
    const task: TaskRecord = {
      ...{ id, user, kind, source, fromSnapshot, destination, lazy, flattens: false },
      ...{
        replaces: kind === 'recover' ? Number(there?.id) : 0,
        shape: { ...shape, poolset: poolset ?? shape.poolset },
      },
      ...{ sequence: kind === 'recover' ? Number(there?.seqNum) + 1 : 1, status: workOf({ kind }) },
      ...{ next: Step.createCloneFile, progress: 0 },
    };
    if (!fromSnapshot) {
      const request = { fileName: source, fileStatus: kFileBeingCloned, ...calls.root() };
      await calls.look(CurveFSService.method.setCloneFileStatus, request);
    }
    await book.putTask(task);
    return { id, work: clones.begin(id) };
  }

  /** A destination that a task made counts as what is asked for now, whatever it is of. */
  function existing(destination: string, inode: number): { id: string } {
    const { done, error, metaInstalled } = TaskStatus;
    const task = book
      .tasks()
      .find(
        one =>
          one.destination === destination &&
          one.made?.id === inode &&
          ([done, error, metaInstalled] as TaskStatus[]).includes(one.status),
      );
    if (!task) throw new ServiceError(ServiceCodes.exists);
    return { id: task.id };
  }

  async function sourceOf(
    kind: TaskRecord['kind'],
    { source, user, destination }: Pick<TaskRecord, 'source' | 'user' | 'destination'>,
  ): Promise<Source> {
    const snapshot = book.snapshot(source);
    if (snapshot) {
      if (snapshot.status !== SnapshotStatus.done || !snapshot.taken)
        throw new ServiceError(ServiceCodes.invalidSnapshot);
      if (snapshot.user !== user) throw new ServiceError(ServiceCodes.invalidUser);
      if (kind === 'recover' && snapshot.file !== destination)
        throw new ServiceError(ServiceCodes.invalidSnapshot);
      return { fromSnapshot: true, shape: snapshot.taken.shape };
    }
    const info = await fileAt({ calls }, source).catch(() => undefined);
    if (!info) throw new ServiceError(ServiceCodes.notThere);
    if (![kFileCreated, kFileCloned, kFileBeingCloned].includes(info.fileStatus))
      throw new ServiceError(ServiceCodes.statusInvalid);
    return { fromSnapshot: false, shape: shapeOf(info) };
  }

  async function flatten(asked: Parameters): Promise<ActionAnswer> {
    asked.required('User');
    const task = book.task(asked.required('UUID'));
    if (!task) throw new ServiceError(ServiceCodes.notThere);
    const { status } = task;
    if (status === TaskStatus.done || status === workOf(task)) return {};
    if (status !== TaskStatus.metaInstalled) throw new ServiceError(ServiceCodes.statusInvalid);
    await book.putTask({ ...task, status: workOf(task), flattens: true, progress: 0 });
    void clones.begin(task.id);
    return {};
  }

  async function cleanCloneTask(asked: Parameters): Promise<ActionAnswer> {
    const user = asked.required('User');
    const task = book.task(asked.required('UUID'));
    if (!task) return {};
    if (task.user !== user) throw new ServiceError(ServiceCodes.invalidUser);
    if (isBeingCleaned(task)) return {};
    const { done, error, cleaning, errorCleaning } = TaskStatus;
    if (task.status !== done && task.status !== error) throw new ServiceError(ServiceCodes.unfinished);
    await book.putTask({ ...task, status: task.status === done ? cleaning : errorCleaning });
    void clones.begin(task.id);
    return {};
  }

  async function getCloneTasks(asked: Parameters): Promise<ActionAnswer> {
    const user = asked.required('User');
    const [id, file] = [asked.optional('UUID'), asked.optional('File')];
    if (id === undefined) {
      const all = book
        .tasks()
        .filter(one => one.user === user && (file ?? one.destination) === one.destination);
      if (file !== undefined && all.length === 0) throw new ServiceError(ServiceCodes.notThere);
      return listed(asked, all);
    }
    const task = book.task(id);
    if (!task) throw new ServiceError(ServiceCodes.notThere);
    if (task.user !== user) throw new ServiceError(ServiceCodes.invalidUser);
    return listed(asked, [task]);
  }

  async function getCloneTaskList(asked: Parameters): Promise<ActionAnswer> {
    const wanted = book
      .tasks()
      .filter(
        task =>
          asked.passes('UUID', task.id) &&
          asked.passes('User', task.user) &&
          asked.passes('Source', task.source) &&
          asked.passes('Destination', task.destination) &&
          asked.passes('Status', String(task.status)) &&
          asked.passes('Type', String(kindNumber(task))),
      );
    return listed(asked, wanted);
  }

  async function getCloneRefStatus(asked: Parameters): Promise<ActionAnswer> {
    asked.required('User');
    const source = asked.required('Source');
    const of = book.tasks().filter(task => task.source === source);
    if (of.some(task => isAtWork(task) || task.status === TaskStatus.cleaning))
      return { RefStatus: 1, TotalCount: 0 };
    const lazy = of.filter(({ status }) => status === TaskStatus.metaInstalled);
    if (lazy.length === 0) return { RefStatus: 0, TotalCount: 0 };
    const files = lazy.map(({ user, destination, made }) => ({
      User: user,
      File: destination,
      Inode: made?.id ?? 0,
    }));
    return { RefStatus: 2, TotalCount: files.length, CloneFileInfo: files };
  }

  return {
    Clone: (asked: Parameters) => make('clone', asked),
    Recover: (asked: Parameters) => make('recover', asked),
    Flatten: flatten,
    CleanCloneTask: cleanCloneTask,
    GetCloneTasks: getCloneTasks,
    GetCloneTaskList: getCloneTaskList,
    GetCloneRefStatus: getCloneRefStatus,
  };
}

function kindNumber({ kind }: TaskRecord): number {
  return kind === 'clone' ? 0 : 1;
}

function listed(asked: Parameters, all: readonly TaskRecord[]): ActionAnswer {
  const page = asked.page(all).map(shown);
  return { TaskInfos: page.length > 0 ? page : null, TotalCount: all.length };
}

function shown(task: TaskRecord): ActionAnswer {
  const { id, user, destination, source, fromSnapshot, lazy, status, next, progress, made } = task;
  return {
    ...{ UUID: id, User: user, File: destination, Src: source, TaskType: kindNumber(task) },
    ...{ TaskStatus: status, NextStep: next, FileType: fromSnapshot ? 1 : 0, IsLazy: lazy },
    ...{ Progress: progress, Time: made?.time ?? 0 },
  };
}
