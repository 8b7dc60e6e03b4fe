import { parseQuery } from '../http/encoding.js';
import { jsonReply } from '../http/reply.js';
import type { Operation } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import { processingStatus as render } from '../jobs/job-status.js';

/** `GET /status/get/prefop?persistentId=…` (section 2.8): how far a job is. Nobody need sign it. */
export const processingStatus: Operation = async context => {
  const id = parseQuery(context.query).get('persistentId');
  if (!id) throw new ServiceError(400, 'persistentId is missing');
  const job = await context.jobs.find(id);
  if (!job) throw new ServiceError(404, `no such job: ${id}`);
  return jsonReply(200, render(job));
};
