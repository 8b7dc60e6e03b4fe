import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { checkCallOptions } from '../call-options.js';
import { invalid } from '../checks.js';
import type { CurveClient } from '../client/curve-client.js';
import type { ClusterStatus, StatusOptions } from '../cluster/status.js';
import { clusterMetrics } from './cluster-names.js';
import { libcurveMetrics } from './libcurve-names.js';
import { ownMetrics } from './own-names.js';
import { RateMeter } from './rates.js';

/** Milliseconds between two looks at what was done. */
const SECOND = 1000;
/** What errors about arguments begin with. */
const OPERATION = 'CurveExporter';

/** Options of {@link CurveExporter}. */
export interface ExporterOptions {
  /**
   * Whether it also tells how the cluster is doing, which it asks for whenever it is asked itself, and how. Where that
   * fails `curve_cluster_up` is 0, and all else is told.
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
  /** Answers `GET /metrics`, for node:http, as long as whoever asked waits for it; all else is not found. */
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void;
  readonly #client: CurveClient;
  readonly #cluster: StatusOptions | undefined;
  readonly #rates = new RateMeter();
  readonly #timer: NodeJS.Timeout;

  /** @throws CurveError `INVALID_ARGUMENT` */
  constructor(client: CurveClient, options: ExporterOptions = {}) {
    if (typeof client?.metrics !== 'function') throw invalid(OPERATION, 'client', 'a CurveClient', client);
    if (typeof options !== 'object' || options === null)
      throw invalid(OPERATION, 'options', 'an object', options);
    const { cluster = false } = options;
    if (typeof cluster !== 'boolean') client.cluster.checkStatus(cluster, OPERATION);
    this.#client = client;
    this.#cluster = cluster === true ? {} : cluster || undefined;
    this.#sample();
    this.#timer = setInterval(() => this.#sample(), SECOND).unref();
    this.handler = (request, response) => {
      void this.#answer(request, response);
    };
  }

  /**
   * All there is to tell, in Prometheus' text format.
   *
   * @param options - its signal ends it
   * @throws CurveError `CANCELED`
   */
  async text(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<string> {
    checkCallOptions(options, OPERATION);
    const { Registry } = await import('prom-client');
    const registry = new Registry();
    const all = this.#client.metrics();
    const config = { mds: this.#client.mdsAddresses() };
    const metrics = [...ownMetrics(all, this.#client.stats()), ...libcurveMetrics(all, this.#rates, config)];
    if (this.#cluster) metrics.push(...clusterMetrics(await this.#status(this.#cluster, options.signal)));
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

  /** How the cluster is doing, if it can be asked. */
  async #status(asked: StatusOptions, signal: AbortSignal | undefined): Promise<ClusterStatus | undefined> {
    const signals = [asked.signal, signal].filter(one => one !== undefined);
    try {
      return await this.#client.cluster.status({ ...asked, signal: AbortSignal.any(signals) });
    } catch (error) {
      if (signal?.aborted) throw error;
      return undefined;
    }
  }

  #sample(): void {
    this.#rates.sample(this.#client.metrics(), performance.now());
  }

  async #answer({ method, url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    const plain = { 'Content-Type': 'text/plain' };
    if (!/^\/metrics(\?|$)/.test(url)) {
      response.writeHead(404, plain).end('GET /metrics\n');
      return;
    }
    if (method !== 'GET' && method !== 'HEAD') {
      response.writeHead(405, { ...plain, Allow: 'GET, HEAD' }).end('GET /metrics\n');
      return;
    }
    const gone = new AbortController();
    // Also when all has been said, which does no harm.
    response.on('close', () => gone.abort());
    try {
      const text = method === 'HEAD' ? '' : await this.text(gone);
      response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
    } catch (error) {
      response.writeHead(500, plain).end(`${(error as Error).message}\n`);
    }
  }
}
