/** `bucket:key` of the object that a URL of this emulator leads to; nothing for other URLs. */
export function storedImageOf(image: string, url: string): string[] {
  const [, bucket, key] = image.startsWith(`${url}/-/`)
    ? (/^\/-\/([^/]+)\/([^?#]+)/.exec(image.slice(url.length)) ?? [])
    : [];
  if (bucket === undefined || key === undefined) return [];
  try {
    return [`${decodeURIComponent(bucket)}:${decodeURIComponent(key)}`];
  } catch {
    return [];
  }
}
