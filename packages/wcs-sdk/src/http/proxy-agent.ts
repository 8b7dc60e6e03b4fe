import {
  type ClientRequest,
  Agent as HttpAgent,
  type AgentOptions as HttpAgentOptions,
  request,
} from 'node:http';
import {
  Agent as HttpsAgent,
  type AgentOptions as HttpsAgentOptions,
  request as secureRequest,
} from 'node:https';
import { connect, isIP, type NetConnectOpts, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as secureConnect } from 'node:tls';
import { percentDecoded } from '../encoding.js';
import { WcsError } from '../errors.js';

/** An HTTP proxy, and what a connection to it needs. */
export interface Proxy {
  /** `http://` or `https://`: how the proxy itself is spoken to. */
  url: URL;
  /** Milliseconds to establish a connection through it. */
  connectTimeout: number;
  /** Whether its own certificate is checked, if it has one. */
  verifyTls: boolean;
}

type Connected = (error: Error | null, socket?: Duplex) => void;

/** Sends http:// requests through a proxy: in absolute form, on connections to the proxy (RFC 9112 §3.2.2). */
export class ForwardProxyAgent extends HttpAgent {
  readonly #proxy: Proxy;

  constructor(proxy: Proxy, options: HttpAgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  /** Node.js calls this for each request, before its head is written. */
  addRequest(sent: ClientRequest, options: object): void {
    sent.path = `http://${sent.getHeader('host')}${sent.path}`;
    for (const [name, value] of Object.entries(authorization(this.#proxy.url))) sent.setHeader(name, value);
    (HttpAgent.prototype as unknown as ForwardProxyAgent).addRequest.call(this, sent, options);
  }

  override createConnection({ timeout }: NetConnectOpts): Socket {
    return connectTo(this.#proxy, timeout);
  }
}

/** Sends https:// requests through tunnels that a proxy opens with CONNECT (RFC 9110 §9.3.6). */
export class TunnelProxyAgent extends HttpsAgent {
  readonly #proxy: Proxy;
  readonly #opening = new Set<ClientRequest>();

  constructor(proxy: Proxy, options: HttpsAgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(
    options: { host?: string; port?: number | string; servername?: string },
    done: Connected,
  ): undefined {
    const { url, connectTimeout, verifyTls } = this.#proxy;
    const host = options.host ?? '';
    const authority = `${isIP(host) === 6 ? `[${host}]` : host}:${options.port}`;
    const opening = (url.protocol === 'https:' ? secureRequest : request)({
      method: 'CONNECT',
      path: authority,
      ...addressOf(url),
      headers: { host: authority, ...authorization(url) },
      agent: false,
      rejectUnauthorized: verifyTls,
    });
    const late = () => opening.destroy(Object.assign(new Error('no tunnel in time'), { code: 'ETIMEDOUT' }));
    const timer = setTimeout(late, connectTimeout);
    this.#opening.add(opening);
    const settle = (error: Error | null, socket?: Duplex) => {
      clearTimeout(timer);
      this.#opening.delete(opening);
      done(error, socket);
    };
    opening.once('error', settle);
    opening.once('response', ({ statusCode }) => {
      settle(refusal(url, statusCode ?? 0));
      opening.destroy();
    });
    opening.once('connect', ({ statusCode }, socket: Socket) => {
      if (statusCode !== 200) {
        socket.destroy();
        settle(refusal(url, statusCode ?? 0));
        return;
      }
      const servername = options.servername || (isIP(host) ? '' : host);
      settle(null, super.createConnection({ ...options, socket, servername } as never, () => {}) as Duplex);
    });
    opening.end();
    return undefined;
  }

  override destroy(): void {
    for (const opening of this.#opening) opening.destroy();
    super.destroy();
  }
}

/** @param timeout - milliseconds without a byte: Node.js leaves the agent's own limit to whoever connects */
function connectTo({ url, verifyTls }: Proxy, timeout: number | undefined): Socket {
  const address = { ...addressOf(url), ...(timeout === undefined ? {} : { timeout }) };
  if (url.protocol === 'http:') return connect(address);
  return secureConnect({
    ...address,
    rejectUnauthorized: verifyTls,
    ...(isIP(address.host) ? {} : { servername: address.host }),
  });
}

function addressOf(url: URL): { host: string; port: number } {
  const secure = url.protocol === 'https:';
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (secure ? 443 : 80),
  };
}

function authorization({ username, password }: URL): Record<string, string> {
  if (!username && !password) return {};
  const credentials = `${percentDecoded(username)}:${percentDecoded(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
}

/** The proxy's answer, without its credentials. */
function refusal(url: URL, status: number): WcsError {
  const reason = status === 407 ? 'asks for other credentials' : 'opens no tunnel';
  return new WcsError('NETWORK', `the proxy ${url.host} ${reason} (HTTP ${status})`, {
    status,
    retryable: status >= 500,
  });
}
