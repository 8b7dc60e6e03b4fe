import type { WcscmdCommand } from '../../wcscmd/command.js';
import { del } from './del.js';
import { get } from './get.js';
import { list } from './list.js';
import { listbucket } from './listbucket.js';
import { multiput } from './multiput.js';
import { put } from './put.js';
import { stat } from './stat.js';

/** Every command of `wcscmd`, in the order of its help. */
export const WCSCMD_COMMANDS: readonly WcscmdCommand[] = [put, multiput, get, stat, list, listbucket, del];
