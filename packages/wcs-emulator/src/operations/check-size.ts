import type { PutPolicy } from '../auth/put-policy.js';
import { ServiceError } from '../http/service-error.js';

/** @throws ServiceError 401 when a file is larger than its token allows */
export function checkSize({ fsizeLimit }: PutPolicy, size: number): void {
  if (fsizeLimit > 0 && size > fsizeLimit) {
    throw new ServiceError(401, `the file has ${size} bytes, the token allows ${fsizeLimit}`);
  }
}
