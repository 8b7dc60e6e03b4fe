import { CurveFSService, type FileInfo, StatusCode } from '../proto/nameserver2_pb.js';
import type { Mutex } from '../storage/mutex.js';
import type { CloneTasks } from './clone-tasks.js';
import type { ClusterCalls } from './cluster-calls.js';
import type { RecordBook } from './record-book.js';
import { ServiceCodes, ServiceError } from './service-error.js';
import type { SnapshotTasks } from './snapshot-tasks.js';

/** What the actions of the server that leads work with. */
export interface Service {
  book: RecordBook;
  calls: ClusterCalls;
  snapshots: SnapshotTasks;
  clones: CloneTasks;
  /** Held while it is decided what is to be made. */
  mutex: Mutex;
}

/** What an action answers beside its code and message. */
export type ActionAnswer = Record<string, unknown>;

/**
 * What the MDS tells a user of a path; undefined when there is nothing.
 *
 * @throws ServiceError -7, -1
 */
export async function fileAt(
  { calls }: Pick<Service, 'calls'>,
  fileName: string,
  user?: string,
): Promise<FileInfo | undefined> {
  const caller = user === undefined ? calls.root() : calls.as(user);
  const answer = await calls.look(CurveFSService.method.getFileInfo, { fileName, ...caller });
  if (answer?.statusCode === StatusCode.kOK) return answer.fileInfo;
  if (answer?.statusCode === StatusCode.kFileNotExists) return undefined;
  throw new ServiceError(
    answer?.statusCode === StatusCode.kOwnerAuthFail ? ServiceCodes.invalidUser : ServiceCodes.internal,
  );
}
