import mime from 'mime';

/** The type that a key's extension stands for. */
export function typeOfKey(key: string): string | undefined {
  return mime.getType(key) ?? undefined;
}

/** What an object is whose type nobody knows. */
export const unknownType = 'application/octet-stream';
