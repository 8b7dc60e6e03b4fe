import { parseQuery } from '../http/encoding.js';
import { jsonReply } from '../http/reply.js';
import type { Operation } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import { managementStatus as render } from '../jobs/job-status.js';

/** `GET /fmgr/status?persistentId=…` (section 2.9): how far a job is. Nobody need sign it. */
export const managementStatus: Operation = async context => {
  const id = parseQuery(context.query).get('persistentId');
  if (!id) throw new ServiceError(400, 'persistentId is missing');
  const job = await context.jobs.find(id);
  if (!job) throw new ServiceError(404, `no such job: ${id}`);
  return jsonReply(200, render(job));
};
