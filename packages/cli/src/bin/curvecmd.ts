import { runCurvecmd } from '../curvecmd/run-curvecmd.js';
import { runProcess } from '../process-io.js';

await runProcess(runCurvecmd);
