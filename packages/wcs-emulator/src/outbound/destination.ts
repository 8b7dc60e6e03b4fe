import { BlockList, isIP } from 'node:net';
import { OutboundError } from './outbound-error.js';

/**
 * The hosts, besides this machine itself, that the emulator may send requests to: names or addresses as they
 * stand in URLs, or any.
 */
export type OutboundHosts = readonly string[] | 'any';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether a host name or address, as it stands in a URL, is this machine and can be no other. */
export function isLoopbackHost(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const family = isIP(bare);
  if (family === 0) return bare === 'localhost' || bare.endsWith('.localhost');
  return loopback.check(bare, family === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Reads the URL of an outbound request, before any look-up of its host.
 *
 * @throws OutboundError when it is no http or https URL, or leads to a host that is not allowed
 */
export function checkDestination(url: string, hosts: OutboundHosts): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    throw new OutboundError('refused', `not an http or https URL: ${url}`);
  const allowed = hosts === 'any' || isLoopbackHost(parsed.hostname) || hosts.includes(parsed.hostname);
  if (!allowed) {
    throw new OutboundError('refused', `requests to ${parsed.hostname} are not allowed`);
  }
  return parsed;
}
