import type { UploadGrant } from '../auth/upload-token.js';
import type { RequestContext } from '../http/request-context.js';
import { splitCommands } from '../jobs/split-commands.js';

/**
 * Starts what a put policy wants done with the object once it is stored: its `persistentOps`, and its
 * `contentDetect` where somebody is to be told the result.
 *
 * @returns the `persistentId` of the processing; empty for none
 */
export async function startJobs(
  context: RequestContext,
  { account, policy }: UploadGrant,
  { key, size }: { key: string; size: number },
): Promise<string> {
  const { persistentOps, persistentNotifyUrl, contentDetect, detectNotifyUrl, separate } = policy;
  const shared = {
    accessKey: account.accessKey,
    input: { bucket: policy.bucket, key, size },
    force: false,
  };
  const detections = splitCommands(contentDetect ?? '');
  if (detections.length > 0 && detectNotifyUrl !== undefined) {
    await context.jobs.submit({
      ...shared,
      kind: 'detect',
      commands: detections,
      notifyUrl: detectNotifyUrl,
      separate: true,
    });
  }
  if (persistentOps === undefined) return '';
  const commands = splitCommands(persistentOps);
  return context.jobs.submit({ ...shared, kind: 'fops', commands, notifyUrl: persistentNotifyUrl, separate });
}
