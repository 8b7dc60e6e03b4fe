import type { CurveFSService } from '../proto/nameserver2_pb.js';
import type { Handlers } from '../rpc/service.js';
import { changeFile } from './handlers/change-file.js';
import { clones } from './handlers/clones.js';
import { createFile } from './handlers/create-file.js';
import { deleteFile } from './handlers/delete-file.js';
import { epoch } from './handlers/epoch.js';
import { queryFiles } from './handlers/query-files.js';
import { recoverFile } from './handlers/recover-file.js';
import { renameFile } from './handlers/rename-file.js';
import { segments } from './handlers/segments.js';
import { sessions } from './handlers/sessions.js';
import { snapshots } from './handlers/snapshots.js';
import type { Mds } from './mds.js';

/** All of CurveFSService that the emulator knows (protocol 3.2). */
export function fileService(mds: Mds): Handlers<typeof CurveFSService> {
  return {
    ...createFile(mds),
    ...deleteFile(mds),
    ...recoverFile(mds),
    ...renameFile(mds),
    ...changeFile(mds),
    ...queryFiles(mds),
    ...sessions(mds),
    ...segments(mds),
    ...epoch(mds),
    ...snapshots(mds),
    ...clones(mds),
  };
}
