/** What an object is whose type nobody knows. */
export const unknownType = 'application/octet-stream';

/** The type that a key's extension stands for. */
export async function typeOfKey(key: string): Promise<string | undefined> {
  // An ES module: a CommonJS build can only import it like this.
  const { default: mime } = await import('mime');
  return mime.getType(key) ?? undefined;
}
