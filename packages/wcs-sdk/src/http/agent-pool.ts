import { type AgentOptions, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { invalidArgument, WcsError } from '../errors.js';
import { environmentProxy } from './environment-proxy.js';
import type { Agents } from './exchange.js';
import { ForwardProxyAgent, TunnelProxyAgent } from './proxy-agent.js';

/** Where connections go: straight to the service, through a proxy, or wherever the user's own agents take them. */
export interface AgentPoolOptions {
  agent?: Partial<Agents> | undefined;
  proxy?: string | URL | undefined;
  proxyFromEnvironment?: boolean | undefined;
  connectTimeout: number;
  idleTimeout: number;
  verifyTls: boolean;
}

const KEEP_ALIVE = {
  keepAlive: true,
  keepAliveMsecs: 30_000,
  maxFreeSockets: 64,
  scheduling: 'lifo',
} as const;

/** The agents of a client: one pair of each way that its requests take. */
export class AgentPool {
  readonly #options: AgentPoolOptions;
  readonly #agentOptions: AgentOptions;
  readonly #proxy: URL | undefined;
  readonly #agents = new Map<string, Agents>();

  /** @throws WcsError `INVALID_ARGUMENT` if an option is wrong */
  constructor(options: AgentPoolOptions) {
    const { agent, proxy, proxyFromEnvironment } = options;
    const ways = [agent, proxy, proxyFromEnvironment || undefined].filter(way => way !== undefined);
    if (ways.length > 1) {
      throw new WcsError(
        'INVALID_ARGUMENT',
        'give one of agent, proxy and proxyFromEnvironment, not several',
      );
    }
    this.#options = options;
    // With the requests' own time limit the socket's timer need not be set for each of them.
    this.#agentOptions = { ...KEEP_ALIVE, timeout: options.idleTimeout };
    this.#proxy = proxy === undefined ? undefined : proxyUrl('proxy', String(proxy));
  }

  /** The agents for an address. */
  for(url: string): Agents {
    if (this.#proxy) return this.#through(this.#proxy);
    if (!this.#options.proxyFromEnvironment) return this.#straight();
    const proxy = environmentProxy(url);
    return proxy ? this.#through(proxyUrl('the proxy of the environment', proxy)) : this.#straight();
  }

  /** Ends the connections; the user's own agents keep theirs. */
  close(): void {
    const { agent } = this.#options;
    for (const { http, https } of this.#agents.values()) {
      if (http !== agent?.http) http.destroy();
      if (https !== agent?.https) https.destroy();
    }
  }

  #straight(): Agents {
    return this.#kept('', () => ({
      http: this.#options.agent?.http ?? new HttpAgent(this.#agentOptions),
      https: this.#options.agent?.https ?? new HttpsAgent(this.#agentOptions),
    }));
  }

  #through(url: URL): Agents {
    const { connectTimeout, verifyTls } = this.#options;
    const proxy = { url, connectTimeout, verifyTls };
    return this.#kept(url.href, () => ({
      http: new ForwardProxyAgent(proxy, this.#agentOptions),
      https: new TunnelProxyAgent(proxy, this.#agentOptions),
    }));
  }

  #kept(way: string, make: () => Agents): Agents {
    const agents = this.#agents.get(way) ?? make();
    this.#agents.set(way, agents);
    return agents;
  }
}

/** Checks a proxy's address; an error must not show the credentials in it. */
function proxyUrl(name: string, text: string): URL {
  const allowed = 'an http:// or https:// URL (for other kinds of proxies give an agent)';
  if (!URL.canParse(text)) {
    throw new WcsError('INVALID_ARGUMENT', `${name} must be ${allowed}; what was given is no URL`);
  }
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol) || !url.hostname) {
    throw invalidArgument(name, allowed, `${url.protocol}//${url.host}`);
  }
  return url;
}
