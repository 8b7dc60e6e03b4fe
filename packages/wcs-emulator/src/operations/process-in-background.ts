import { decodeText, parseParameters } from '../http/encoding.js';
import { jsonReply } from '../http/reply.js';
import type { Operation } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import { authorizeManagement, requireBucket } from './authorize.js';
import { readCommands, readJobSwitches } from './job-request.js';
import { checkKey } from './object-key.js';

/** `POST /fops` (section 2.8): takes a job that processes an object. */
export const processInBackground: Operation = async context => {
  const { account, body } = await authorizeManagement(context);
  const parameters = parseParameters(body);
  const text = (name: string) => decodeText(parameters.get(name) ?? '', name);
  const bucket = text('bucket');
  if (!bucket) throw new ServiceError(400, 'bucket is missing');
  await requireBucket(context, account, bucket);
  const key = checkKey(text('key'));
  const switches = readJobSwitches(parameters);
  const commands = await readCommands(context, account, 'fops', text('fops'));
  const record = await context.storage.objects.find(bucket, key);
  if (!record) throw new ServiceError(404, `no such object: ${key}`);
  const persistentId = await context.jobs.submit({
    kind: 'fops',
    commands,
    accessKey: account.accessKey,
    input: { bucket, key, size: record.size },
    ...switches,
  });
  return jsonReply(200, { persistentId });
};
