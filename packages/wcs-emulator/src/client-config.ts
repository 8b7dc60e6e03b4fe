import type { WcsCredentials } from './auth/accounts.js';

/**
 * The text of a `.wcscfg` with which clients reach an emulator (section 4.4). The official tools pass over
 * `get_url`, which tells where downloads are.
 */
export function clientConfig({ accessKey, secretKey }: WcsCredentials, url: string): string {
  return `[default]\naccess_key = ${accessKey}\nsecret_key = ${secretKey}\nput_url = ${url}\nmgr_url = ${url}\nget_url = ${url}/-/{bucket}\n`;
}
