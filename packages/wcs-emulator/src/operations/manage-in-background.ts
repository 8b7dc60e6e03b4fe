import { parseParameters } from '../http/encoding.js';
import { jsonReply } from '../http/reply.js';
import type { Operation } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import { jobKinds } from '../jobs/job-kinds.js';
import { authorizeManagement } from './authorize.js';
import { readCommands, readJobSwitches } from './job-request.js';

/** `POST /fmgr/<op>` (section 2.9): takes a job that manages objects. */
export const manageInBackground: Operation = async context => {
  const { account, body } = await authorizeManagement(context);
  const kind = context.path.slice(1);
  if (!Object.hasOwn(jobKinds, kind)) throw new ServiceError(404, `there is no ${context.path}`);
  const parameters = parseParameters(body);
  const switches = readJobSwitches(parameters);
  const commands = await readCommands(context, account, kind, parameters.get('fops') ?? '');
  const persistentId = await context.jobs.submit({
    kind,
    commands,
    accessKey: account.accessKey,
    ...switches,
  });
  return jsonReply(200, { persistentId });
};
