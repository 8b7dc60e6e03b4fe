import { detectStored } from '../detection/detect-stored.js';
import { processObject } from '../processing/process-object.js';
import { compressObjects } from './compress-objects.js';
import { copyObject } from './copy-object.js';
import { deleteFolder } from './delete-folder.js';
import { deleteObject } from './delete-object.js';
import { deletePlaylist } from './delete-playlist.js';
import { fetchObject } from './fetch-object.js';
import type { JobKind } from './job-kind.js';
import { moveObject } from './move-object.js';
import { setDeadlines } from './set-deadlines.js';

/** Every kind of job by its name, which is kept with the job. `fmgr/x` is what `POST /fmgr/x` asks for,
 * `fops` what `POST /fops` and `persistentOps` do, `detect` what `contentDetect` does. */
export const jobKinds: Readonly<Record<string, JobKind>> = {
  detect: detectStored,
  fops: processObject,
  'fmgr/compress': compressObjects,
  'fmgr/copy': copyObject,
  'fmgr/delete': deleteObject,
  'fmgr/deletePrefix': deleteFolder,
  'fmgr/deletem3u8': deletePlaylist,
  'fmgr/fetch': fetchObject,
  'fmgr/move': moveObject,
  'fmgr/setdeadline': setDeadlines,
};
