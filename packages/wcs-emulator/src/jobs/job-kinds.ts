import { copyObject } from './copy-object.js';
import { deleteObject } from './delete-object.js';
import type { JobKind } from './job-kind.js';
import { moveObject } from './move-object.js';

/** Every kind of job by its name, which is kept with the job. `fmgr/x` is what `POST /fmgr/x` asks for. */
export const jobKinds: Readonly<Record<string, JobKind>> = {
  'fmgr/copy': copyObject,
  'fmgr/delete': deleteObject,
  'fmgr/move': moveObject,
};
