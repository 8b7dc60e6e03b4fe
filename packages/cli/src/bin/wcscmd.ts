import { runProcess } from '../process-io.js';
import { runWcscmd } from '../wcscmd/run-wcscmd.js';

await runProcess(runWcscmd);
