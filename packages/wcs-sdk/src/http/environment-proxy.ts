import { getProxyForUrl } from 'proxy-from-env';

/**
 * The proxy that the environment names for an address, as curl and the official tools read it: `HTTP_PROXY`,
 * `HTTPS_PROXY`, else `ALL_PROXY`, each also in lower case, which wins. `NO_PROXY` lists hosts that are reached without:
 * a name stands for all names below it as well, with or without a dot or `*.` before it; `host:port` for that port; `*`
 * for all.
 *
 * @returns undefined where the way is straight
 */
export function environmentProxy(url: string): string | undefined {
  return isExempt(new URL(url)) ? undefined : getProxyForUrl(url) || undefined;
}

/** The library takes a name without a dot before it for that name alone. */
function isExempt({ protocol, hostname, port }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const usedPort = port || (protocol === 'https:' ? '443' : '80');
  const exceptions = (process.env['no_proxy'] || process.env['NO_PROXY'] || '').toLowerCase().split(/[\s,]+/);
  return exceptions.some(exception => {
    // An IPv6 address has colons of its own, and stands in brackets where a port follows.
    const [, name = exception, wanted = usedPort] = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(exception) ?? [];
    const suffix = name.replace(/^\[|\]$/g, '').replace(/^\*?\./, '');
    return suffix !== '' && wanted === usedPort && (host === suffix || host.endsWith(`.${suffix}`));
  });
}
