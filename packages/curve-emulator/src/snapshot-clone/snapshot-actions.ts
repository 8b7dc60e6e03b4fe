import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { FileStatus } from '../proto/nameserver2_pb.js';
import { needsSource } from './clone-tasks.js';
import type { Parameters } from './parameters.js';
import { type SnapshotRecord, SnapshotStatus } from './records.js';
import { type ActionAnswer, fileAt, type Service } from './service.js';
import { ServiceCodes, ServiceError } from './service-error.js';

/** Snapshots that a volume may have. */
const most = 1024;
/** For how many milliseconds the deletion of an unknown snapshot is under way. */
const nothingTakes = 400;

/** What can be asked about snapshots (curve-snapshot.md §2, §3). */
export function snapshotActions({ book, calls, snapshots, mutex }: Service) {
  let nothingSince = Number.NEGATIVE_INFINITY;

  async function createSnapshot(asked: Parameters): Promise<ActionAnswer> {
    const [user, file, name] = [asked.required('User'), asked.required('File'), asked.required('Name')];
    const ofVolume = book.snapshots().filter(record => record.file === file);
    const same = ofVolume.find(
      record => record.user === user && record.name === name && record.status === SnapshotStatus.pending,
    );
    if (same) return { UUID: same.id };
    if (ofVolume.filter(({ status }) => status !== SnapshotStatus.error).length >= most)
      throw new ServiceError(ServiceCodes.tooMany);
    const info = await fileAt({ calls }, file, user);
    if (!info) throw new ServiceError(ServiceCodes.notThere);
    if (info.fileStatus !== FileStatus.kFileCreated && info.fileStatus !== FileStatus.kFileCloned)
      throw new ServiceError(ServiceCodes.statusInvalid);
    const id = randomUUID();
    await book.putSnapshot({ id, user, file, name, status: SnapshotStatus.pending, progress: 0 });
    snapshots.begin(id);
    return { UUID: id };
  }

  async function deleteSnapshot(asked: Parameters): Promise<ActionAnswer> {
    const [user, id] = [asked.required('User'), asked.required('UUID')];
    const record = book.snapshot(id);
    if (!record) return deleteNothing();
    checkOwn(record, user, asked.optional('File'));
    if (record.status === SnapshotStatus.pending) return cancel(record);
    if (record.status !== SnapshotStatus.done && record.status !== SnapshotStatus.error) return {};
    if (book.tasks().some(task => task.source === id && needsSource(task)))
      throw new ServiceError(ServiceCodes.inUse);
    const { done, deleting, errorDeleting } = SnapshotStatus;
    await book.putSnapshot({ ...record, status: record.status === done ? deleting : errorDeleting });
    snapshots.begin(id);
    return {};
  }

  /** What is not there is deleted, unless something that is not there is just being deleted. */
  function deleteNothing(): ActionAnswer {
    const now = performance.now();
    if (now - nothingSince < nothingTakes) throw new ServiceError(ServiceCodes.internal);
    nothingSince = now;
    return {};
  }

  async function cancelSnapshot(asked: Parameters): Promise<ActionAnswer> {
    const [user, id, file] = [asked.required('User'), asked.required('UUID'), asked.required('File')];
    const record = book.snapshot(id);
    if (!record || record.status === SnapshotStatus.done || record.status === SnapshotStatus.error)
      throw new ServiceError(ServiceCodes.ended);
    checkOwn(record, user, file);
    return cancel(record);
  }

  async function cancel(record: SnapshotRecord): Promise<ActionAnswer> {
    const waits = record.status === SnapshotStatus.pending && !snapshots.runs(record.id);
    if (waits) await book.removeSnapshot(record.id);
    else await book.putSnapshot({ ...record, status: SnapshotStatus.canceling });
    return {};
  }

  async function getFileSnapshotInfo(asked: Parameters): Promise<ActionAnswer> {
    const user = asked.required('User');
    const [id, file] = [asked.optional('UUID'), asked.optional('File')];
    if (id === undefined)
      return listed(
        asked,
        book.snapshots().filter(one => one.user === user && one.file === (file ?? '')),
      );
    const record = book.snapshot(id);
    if (!record) throw new ServiceError(ServiceCodes.notThere);
    checkOwn(record, user, file);
    return listed(asked, [record]);
  }

  async function getFileSnapshotList(asked: Parameters): Promise<ActionAnswer> {
    const wanted = book
      .snapshots()
      .filter(
        ({ id, user, file, status }) =>
          asked.passes('UUID', id) &&
          asked.passes('User', user) &&
          asked.passes('File', file) &&
          asked.passes('Status', String(status)),
      );
    return listed(asked, wanted);
  }

  return {
    CreateSnapshot: (asked: Parameters) => mutex.run(() => createSnapshot(asked)),
    DeleteSnapshot: deleteSnapshot,
    CancelSnapshot: cancelSnapshot,
    GetFileSnapshotInfo: getFileSnapshotInfo,
    GetFileSnapshotList: getFileSnapshotList,
  };
}

/** @throws ServiceError -7, -11 */
function checkOwn({ user, file }: SnapshotRecord, by: string, of: string | undefined): void {
  if (user !== by) throw new ServiceError(ServiceCodes.invalidUser);
  if (of !== undefined && of !== file) throw new ServiceError(ServiceCodes.fileNameMismatch);
}

function listed(asked: Parameters, all: readonly SnapshotRecord[]): ActionAnswer {
  const page = asked.page(all).map(shown);
  return { Snapshots: page.length > 0 ? page : null, TotalCount: all.length };
}

function shown({ id, user, file, name, status, progress, taken }: SnapshotRecord): ActionAnswer {
  return {
    ...{ UUID: id, User: user, File: file, Name: name, Status: status, Progress: progress },
    ...{ SeqNum: taken?.sequence ?? 0, Time: taken?.time ?? 0, FileLength: taken?.shape.length ?? 0 },
  };
}
