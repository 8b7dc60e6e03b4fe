import { WcsEmulatorError } from '../errors.js';
import { readBody } from '../http/read-body.js';
import { jsonReply } from '../http/reply.js';
import type { Operation, RequestContext } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import { requireLocal } from './require-local.js';

/** What a user can load and look at. */
interface LoadedData<T> {
  add(entry: T): void;
  list(): T[];
  clear(): void;
}

/** The most that is loaded at once, in bytes. */
const maxDataBytes = 16 * 1024 * 1024;

/** `/-/control/detections`: results of image detection. */
export const controlDetections = controlData(context => context.detections);

/** `/-/control/live-recordings`: recordings of live channels. */
export const controlLiveRecordings = controlData(context => context.liveRecordings);

/** For processes on the same machine: GET lists, POST adds one entry or a list of them as JSON, DELETE forgets all. */
function controlData<T>(dataOf: (context: RequestContext) => LoadedData<T>): Operation {
  return async context => {
    requireLocal(context);
    const data = dataOf(context);
    if (context.method === 'DELETE') data.clear();
    if (context.method === 'POST') {
      for (const entry of parseEntries<T>(await readBody(context.body, maxDataBytes))) add(data, entry);
    }
    return jsonReply(200, data.list());
  };
}

function parseEntries<T>(body: Buffer): T[] {
  try {
    const parsed = JSON.parse(body.toString());
    const entries: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
    if (entries.every(entry => typeof entry === 'object' && entry !== null)) return entries as T[];
  } catch {
    // Told below, as for JSON of another kind.
  }
  throw new ServiceError(400, 'the body is not an entry or a list of entries in JSON');
}

function add<T>(data: LoadedData<T>, entry: T): void {
  try {
    data.add(entry);
  } catch (error) {
    if (error instanceof WcsEmulatorError) throw new ServiceError(400, error.message, { cause: error });
    throw error;
  }
}
