import { invalidArgument } from '../errors.js';

/**
 * Brings an address to the form `scheme://host[:port][/path]`, without a slash at its end (wcs-api §1.1).
 *
 * @param name - how to call the address in an error
 * @param address - host with or without scheme and port
 * @param https - the scheme where the address names none
 */
export function normalizeEndpoint(name: string, address: string, https: boolean): string {
  const text = address.trim();
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `${https ? 'https' : 'http'}://${text}`;
  const allowed = 'a host, or an http:// or https:// URL';
  if (text === '' || !URL.canParse(withScheme)) throw invalidArgument(name, allowed, address);
  const url = new URL(withScheme);
  const usable =
    /^https?:$/.test(url.protocol) &&
    url.hostname &&
    !url.username &&
    !url.password &&
    !url.search &&
    !url.hash;
  if (!usable)
    throw invalidArgument(name, allowed, url.password || url.username ? 'a URL with credentials' : address);
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
