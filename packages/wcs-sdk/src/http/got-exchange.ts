import type { ClientRequest } from 'node:http';
import { type Got, type Request as GotRequest, got, type OptionsInit } from 'got';
import type { Agents, Exchange, ExchangeOptions, RawAnswer } from './exchange.js';

/** What goes through got: requests with streamed bodies. */
export interface GotExchangeRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: AsyncIterable<Uint8Array>;
}

/** The only place that knows got. */
export class GotExchanges {
  readonly #got: Got;

  constructor({ connectTimeout, idleTimeout, headTimeout, verifyTls }: ExchangeOptions) {
    // An instance, because merging options costs more than anything else in a request.
    this.#got = got.extend({
      throwHttpErrors: false,
      followRedirect: false,
      decompress: false,
      retry: { limit: 0 },
      timeout: {
        connect: connectTimeout,
        secureConnect: connectTimeout,
        lookup: connectTimeout,
        socket: idleTimeout,
        response: headTimeout,
      },
      https: { rejectUnauthorized: verifyTls },
    });
  }

  /** Sends a request once. */
  start({ method, url, headers, body }: GotExchangeRequest, agents: Agents): Exchange {
    const stream = this.#got.stream(url, {
      method: method as 'POST',
      headers,
      body: body as OptionsInit['body'],
      agent: agents,
    }) as GotRequest;
    const answer = new Promise<RawAnswer>((resolve, reject) => {
      stream.once('response', ({ statusCode, headers }: Omit<RawAnswer, 'status'> & { statusCode: number }) =>
        resolve({ status: statusCode, headers, body: stream }),
      );
      stream.once('error', reject);
      stream.once('request', (request: ClientRequest) => onUnanswered(request, reject));
      stream.once('close', () => reject(new Error('the connection was closed')));
    });
    answer.catch(() => {});
    return { answer, destroy: error => stream.destroy(error) };
  }
}

/** A request that ends with neither an answer nor an error, as after a 101 that nobody asked for, is nothing to got. */
function onUnanswered(request: ClientRequest, callback: (error: Error) => void): void {
  let known = false;
  for (const event of ['response', 'error']) {
    request.once(event, () => {
      known = true;
    });
  }
  request.once('close', () => {
    if (!known) callback(new Error('the connection was closed'));
  });
}
