import { startFaults } from './faults-panel.js';
import { watchJobs } from './jobs-panel.js';
import { watchRequests } from './log-panel.js';
import { startObjects } from './objects-panel.js';
import { watchUploads } from './uploads-panel.js';

void watchRequests();
void watchUploads();
void watchJobs();
await Promise.all([startObjects(), startFaults()]);
