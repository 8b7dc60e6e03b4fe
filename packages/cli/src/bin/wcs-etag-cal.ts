import { runEtagCal } from '../checksum/run-etag-cal.js';
import { runProcess } from '../process-io.js';

await runProcess(runEtagCal);
