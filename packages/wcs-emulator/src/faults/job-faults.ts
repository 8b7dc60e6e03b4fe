import { ServiceError } from '../http/service-error.js';
import type { JobTask } from '../jobs/job-kind.js';
import type { FaultAction } from './fault-rule.js';
import { fullDisk } from './full-disk.js';
import { hold } from './hold.js';

/** Does to a command of a job what faults say, before it is carried out. */
export async function applyJobFaults(task: JobTask, actions: readonly FaultAction[]): Promise<JobTask> {
  const { signal } = task;
  let altered = task;
  for (const action of actions) {
    switch (action.type) {
      case 'delay':
      case 'hang':
        await hold(action, signal);
        break;
      case 'status':
        throw new ServiceError(action.status, action.body ?? `injected fault: status ${action.status}`);
      case 'disk-full':
        altered = { ...altered, storage: fullDisk(altered.storage, action.bytes ?? 0) };
        break;
      default:
        break;
    }
  }
  return altered;
}
