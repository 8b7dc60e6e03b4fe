import type { CurveCommand } from '../../curvecmd/curve-command.js';
import { bench } from './bench.js';
import { chown } from './chown.js';
import { clusterId } from './cluster-id.js';
import { completion } from './completion.js';
import { create } from './create.js';
import { exportVolume } from './export.js';
import { extend } from './extend.js';
import { importImage } from './import.js';
import { ls } from './ls.js';
import { map } from './map.js';
import { mkdir } from './mkdir.js';
import { mv } from './mv.js';
import { nbd } from './nbd.js';
import { poolsets } from './poolsets.js';
import { read } from './read.js';
import { recover } from './recover.js';
import { rm } from './rm.js';
import { rmdir } from './rmdir.js';
import { serve } from './serve.js';
import { stat } from './stat.js';
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
  nbd,
  map,
  bench,
  poolsets,
  clusterId,
  serve,
  completion(() => CURVECMD_COMMANDS),
];
