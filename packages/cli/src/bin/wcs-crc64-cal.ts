import { runCrc64Cal } from '../checksum/run-crc64-cal.js';
import { runProcess } from '../process-io.js';

await runProcess(runCrc64Cal);
