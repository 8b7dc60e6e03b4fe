import type { WcsCredentials } from '../auth/accounts.js';
import { decodeText } from '../http/encoding.js';
import type { RequestContext } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import { jobKinds } from '../jobs/job-kinds.js';
import { splitCommands } from '../jobs/split-commands.js';
import { requireBucket } from './authorize.js';

/** The members that every request for a job may have (sections 2.8 and 2.9). */
export interface JobSwitches {
  notifyUrl: string | undefined;
  force: boolean;
  separate: boolean;
}

/** @throws ServiceError 400 */
export function readJobSwitches(parameters: ReadonlyMap<string, string>): JobSwitches {
  const flag = (name: string) => {
    const value = parameters.get(name) || '0';
    if (value !== '0' && value !== '1') throw new ServiceError(400, `${name} is 0 or 1`);
    return value === '1';
  };
  const notifyUrl = decodeText(parameters.get('notifyURL') ?? '', 'notifyURL') || undefined;
  if (notifyUrl !== undefined && !/^https?:$/.test(protocolOf(notifyUrl))) {
    throw new ServiceError(400, 'notifyURL is not an http or https URL');
  }
  return { notifyUrl, force: flag('force'), separate: flag('separate') };
}

/**
 * Splits the commands of a job, which are separated by `;`, and checks each of them, and that its buckets are the
 * sender's.
 *
 * @throws ServiceError 400, 403 or 631
 */
export async function readCommands(
  context: RequestContext,
  account: WcsCredentials,
  kind: string,
  text: string,
): Promise<string[]> {
  const commands = splitCommands(text);
  if (commands.length === 0) throw new ServiceError(400, 'there is no command');
  const buckets = new Set(commands.flatMap(command => jobKinds[kind]?.check(command) ?? []));
  for (const bucket of buckets) await requireBucket(context, account, bucket);
  return commands;
}

function protocolOf(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : '';
}
