import { startFaults } from './faults-panel.js';
import { watchRequests } from './log-panel.js';
import { watchCluster } from './overview.js';

void watchRequests();
void watchCluster();
await startFaults();
