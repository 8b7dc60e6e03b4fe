import { ServiceError } from '../http/service-error.js';

/** What an object is whose type nobody knows. */
export const unknownType = 'application/octet-stream';

/**
 * Checks a type that a client gives, which is to become a header of downloads.
 *
 * @throws ServiceError 400
 */
export function checkType(type: string): string {
  if (!/^[\x20-\x7e]+$/.test(type)) throw new ServiceError(400, 'a MIME type is printable ASCII');
  return type;
}

/** The type that a key's extension stands for. */
export async function typeOfKey(key: string): Promise<string | undefined> {
  // An ES module: a CommonJS build can only import it like this.
  const { default: mime } = await import('mime');
  return mime.getType(key) ?? undefined;
}
