/** The address of an object on the emulator's own host: `<url>/-/<bucket>/<key>`. */
export function downloadUrl(url: string, bucket: string, key: string): string {
  const path = [bucket, ...key.split('/')].map(encodeURIComponent).join('/');
  return `${url}/-/${path}`;
}
