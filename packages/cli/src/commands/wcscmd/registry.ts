import type { WcscmdCommand } from '../../wcscmd/command.js';
import { bucketstat } from './bucketstat.js';
import { cat } from './cat.js';
import { completion } from './completion.js';
import { cp } from './cp.js';
import { crc64 } from './crc64.js';
import { del } from './del.js';
import { deletePrefix } from './delete-prefix.js';
import { du } from './du.js';
import { fmgrStatus } from './fmgr-status.js';
import { fops } from './fops.js';
import { fopsStatus } from './fops-status.js';
import { get } from './get.js';
import { jobs } from './jobs.js';
import { list } from './list.js';
import { listall } from './listall.js';
import { listbucket } from './listbucket.js';
import { ls } from './ls.js';
import { multiput } from './multiput.js';
import { mv } from './mv.js';
import { put } from './put.js';
import { serve } from './serve.js';
import { setdeadline } from './setdeadline.js';
import { stat } from './stat.js';
import { sync } from './sync.js';
import { token } from './token.js';
import { url } from './url.js';

/** Every command of `wcscmd`, in the order of its help. */
export const WCSCMD_COMMANDS: readonly WcscmdCommand[] = [
  put,
  multiput,
  get,
  stat,
  list,
  listall,
  listbucket,
  bucketstat,
  mv,
  cp,
  del,
  deletePrefix,
  setdeadline,
  fops,
  fopsStatus,
  fmgrStatus,
  crc64,
  sync,
  ls,
  du,
  cat,
  url,
  token,
  jobs,
  serve,
  completion(() => WCSCMD_COMMANDS),
];
