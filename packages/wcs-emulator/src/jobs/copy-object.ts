import type { JobKind } from './job-kind.js';
import { parseRelocation } from './relocation.js';
import { storedResult } from './stored-result.js';

/** `POST /fmgr/copy` (section 2.9): copies an object, over whatever has the target's name. */
export const copyObject: JobKind = {
  check(command) {
    const { source, target } = parseRelocation(command);
    return [source.bucket, target.bucket];
  },

  async run(command, { storage, url }) {
    const { source, target } = parseRelocation(command);
    return storedResult(url, target, await storage.objects.copy(source, target));
  },
};
