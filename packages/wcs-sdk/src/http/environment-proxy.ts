import type { Environment } from '../config/environment.js';

/**
 * The proxy that the environment names for an address, as curl and the official tools read it: `HTTP_PROXY`,
 * `HTTPS_PROXY`, else `ALL_PROXY`, each also in lower case, which wins. `NO_PROXY` lists hosts that are reached without:
 * a name stands for all names below it as well, with or without a dot or `*.` before it; `host:port` for that port; `*`
 * for all.
 *
 * @returns undefined where the way is straight
 */
export function environmentProxy(url: string, env: Environment = process.env): string | undefined {
  const { protocol, hostname, port } = new URL(url);
  const value = (name: string) => env[name.toLowerCase()] || env[name] || undefined;
  const proxy = value(`${protocol.slice(0, -1).toUpperCase()}_PROXY`) ?? value('ALL_PROXY');
  if (proxy === undefined) return undefined;
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const usedPort = port || (protocol === 'https:' ? '443' : '80');
  const exceptions = (value('NO_PROXY') ?? '').toLowerCase().split(/[\s,]+/);
  if (exceptions.some(exception => exempts(exception, host, usedPort))) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function exempts(exception: string, host: string, port: string): boolean {
  if (exception === '*') return true;
  // An IPv6 address has colons of its own, and stands in brackets where a port follows.
  const [, name = exception, wantedPort = port] = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(exception) ?? [];
  const suffix = name.replace(/^\[|\]$/g, '').replace(/^\*?\./, '');
  return suffix !== '' && wantedPort === port && (host === suffix || host.endsWith(`.${suffix}`));
}
