import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { CurveClient } from '../client/curve-client.js';
import type { StatusOptions } from '../cluster/status.js';
import { clusterMetrics } from './cluster-names.js';
import { libcurveMetrics } from './libcurve-names.js';
import { ownMetrics } from './own-names.js';
import { RateMeter } from './rates.js';

/** Milliseconds between two looks at what was done. */
const SECOND = 1000;

/** Options of {@link CurveExporter}. */
export interface ExporterOptions {
  /**
   * Whether it also tells how the cluster is doing, which it asks for whenever it is asked itself, and how.
   *
   * @default false
   */
  readonly cluster?: boolean | StatusOptions | undefined;
}

/**
 * Tells Prometheus what a client does: by operation and volume under names of its own (`curve_sdk_…`), and under
 * libcurve's, for the panels that a cluster has already. While it is there it looks at the client's counters once a second,
 * for the rates that libcurve tells; that does not keep the process alive.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { CurveClient } from '@curve-wcs/curve-sdk';
 * import { CurveExporter } from '@curve-wcs/curve-sdk/exporter';
 *
 * await using curve = await CurveClient.connect('/etc/curve/client.conf', { user: 'alice' });
 * using exporter = new CurveExporter(curve);
 * const server = createServer(exporter.handler).listen(0, '127.0.0.1');
 * server.close();
 * ```
 */
export class CurveExporter implements Disposable {
  /** Answers `GET /metrics`, for node:http; all else is not found. */
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void;
  readonly #client: CurveClient;
  readonly #cluster: StatusOptions | undefined;
  readonly #rates = new RateMeter();
  readonly #timer: NodeJS.Timeout;

  constructor(client: CurveClient, { cluster = false }: ExporterOptions = {}) {
    this.#client = client;
    this.#cluster = cluster === true ? {} : cluster || undefined;
    this.#sample();
    this.#timer = setInterval(() => this.#sample(), SECOND).unref();
    this.handler = (request, response) => {
      void this.#answer(request, response);
    };
  }

  /** All there is to tell, in Prometheus' text format. */
  async text(): Promise<string> {
    const { Registry } = await import('prom-client');
    const registry = new Registry();
    const all = this.#client.metrics();
    const config = { mds: this.#client.mdsAddresses() };
    const metrics = [...ownMetrics(all, this.#client.stats()), ...libcurveMetrics(all, this.#rates, config)];
    if (this.#cluster) metrics.push(...clusterMetrics(await this.#client.cluster.status(this.#cluster)));
    for (const metric of metrics) registry.registerMetric(metric);
    return registry.metrics();
  }

  /** Ends the looks at the client. */
  close(): void {
    clearInterval(this.#timer);
  }

  /** Calls {@link close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  #sample(): void {
    this.#rates.sample(this.#client.metrics(), performance.now());
  }

  async #answer({ method, url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    if (method !== 'GET' || !/^\/metrics(\?|$)/.test(url)) {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('GET /metrics\n');
      return;
    }
    try {
      const text = await this.text();
      response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
    } catch (error) {
      response.writeHead(500, { 'Content-Type': 'text/plain' }).end(`${(error as Error).message}\n`);
    }
  }
}
