import type { CurveCommand } from '../../curvecmd/curve-command.js';
import { bench } from './bench.js';
import { chown } from './chown.js';
import { chunkservers } from './chunkservers.js';
import { clients } from './clients.js';
import { clone } from './clone.js';
import { clusterId } from './cluster-id.js';
import { completion } from './completion.js';
import { copysets } from './copysets.js';
import { create } from './create.js';
import { df } from './df.js';
import { du } from './du.js';
import { exportVolume } from './export.js';
import { exporter } from './exporter.js';
import { extend } from './extend.js';
import { flatten } from './flatten.js';
import { importImage } from './import.js';
import { ls } from './ls.js';
import { map } from './map.js';
import { mkdir } from './mkdir.js';
import { mv } from './mv.js';
import { nbd } from './nbd.js';
import { pools } from './pools.js';
import { poolsets } from './poolsets.js';
import { read } from './read.js';
import { recover } from './recover.js';
import { rm } from './rm.js';
import { rmdir } from './rmdir.js';
import { rollback } from './rollback.js';
import { serve } from './serve.js';
import { servers } from './servers.js';
import { snapshot } from './snapshot.js';
import { stat } from './stat.js';
import { status } from './status.js';
import { tasks } from './tasks.js';
import { throttle } from './throttle.js';
import { trash } from './trash.js';
import { write } from './write.js';

/** Every command of `curvecmd`, in the order of its help. */
export const CURVECMD_COMMANDS: readonly CurveCommand[] = [
  create,
  ls,
  stat,
  extend,
  mv,
  rm,
  recover,
  trash,
  chown,
  mkdir,
  rmdir,
  read,
  write,
  importImage,
  exportVolume,
  snapshot,
  clone,
  rollback,
  flatten,
  tasks,
  nbd,
  map,
  bench,
  throttle,
  du,
  status,
  df,
  pools,
  poolsets,
  servers,
  chunkservers,
  copysets,
  clients,
  exporter,
  clusterId,
  serve,
  completion(() => CURVECMD_COMMANDS),
];
