import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Accounts } from './auth/accounts.js';
import { clientConfig } from './client-config.js';
import { DetectionResults, type WcsDetectionResults } from './detection/detection-results.js';
import { FaultRegistry, type WcsFaults } from './faults/fault-registry.js';
import type { Services } from './http/request-context.js';
import { RequestLog, type RequestRecord } from './http/request-log.js';
import { WcsServer } from './http/server.js';
import { JobRunner } from './jobs/job-runner.js';
import { LiveRecordings, type WcsLiveRecordings } from './live/live-recordings.js';
import type { Programs } from './media/programs.js';
import { downloadUrl } from './operations/download-url.js';
import { resolveOptions, type WcsEmulatorOptions } from './options.js';
import { OutboundClient } from './outbound/outbound-client.js';
import { openStorage } from './storage/storage.js';

/** A running emulator. */
export interface WcsEmulator extends AsyncDisposable {
  /** Where it listens, such as `http://127.0.0.1:40123`: upload, management and download in one. */
  readonly url: string;
  /** The address it listens on, as given. */
  readonly host: string;
  /** The port it listens on, which is never 0. */
  readonly port: number;
  /** The access key of the first account. */
  readonly accessKey: string;
  /** The secret key of the first account. */
  readonly secretKey: string;
  /** The folder that holds the data. */
  readonly dataDir: string;
  /** The text of a `.wcscfg` for this emulator and its first account. */
  readonly clientConfig: string;
  /** The faults in force. */
  readonly faults: WcsFaults;
  /** What `/imageDetect` and `contentDetect` find. */
  readonly detections: WcsDetectionResults;
  /** What `/wslive/list` lists. */
  readonly liveRecordings: WcsLiveRecordings;
  /** The latest 10,000 requests, oldest first. */
  readonly requests: readonly RequestRecord[];
  /** Where an object can be downloaded, whether it exists or not. */
  downloadUrl(bucket: string, key: string): string;
  /** Ends all connections and closes the storage. Called again, waits for the same. */
  close(): Promise<void>;
}

/**
 * Starts a WCS-compatible server in this process.
 *
 * @throws {@link WcsEmulatorError} for options that cannot be used (before any I/O), a folder that cannot be
 * used, or an address that is taken
 *
 * @example
 * ```ts
 * import { startWcsEmulator } from '@curve-wcs/wcs-emulator';
 *
 * await using emulator = await startWcsEmulator({ buckets: ['photos'] });
 * console.log(emulator.clientConfig);
 * ```
 */
export async function startWcsEmulator(options: WcsEmulatorOptions = {}): Promise<WcsEmulator> {
  const { dataDir, host, port, credentials, buckets, clock, durability, ...rest } = resolveOptions(options);
  const faults = new FaultRegistry(rest.faults, rest.random);
  const outbound = new OutboundClient({ hosts: rest.outboundHosts, timeout: rest.outboundTimeout, faults });
  const detections = new DetectionResults(rest.detections);
  const liveRecordings = new LiveRecordings(rest.liveRecordings);
  const log = new RequestLog(rest.onRequest);
  const folder = dataDir === undefined ? await mkdtemp(join(tmpdir(), 'wcs-emulator-')) : resolve(dataDir);
  const removeFolder = async () => {
    if (dataDir === undefined) await rm(folder, { recursive: true, force: true });
  };

  const storage = await openStorage(folder, { durability, clock, buckets }).catch(async error => {
    await removeFolder();
    throw error;
  });
  const accounts = new Accounts(credentials);
  const programs: Programs = { ffprobe: rest.ffprobe, ffmpeg: rest.ffmpeg, folder: join(folder, 'tmp') };
  const jobs: JobRunner = new JobRunner({
    storage,
    accounts,
    faults,
    outbound,
    programs,
    detections,
    clock,
    url: () => server.url,
    notificationRetryDelays: rest.notificationRetryDelays,
    maxUnpackedBytes: rest.maxUnpackedBytes,
  });
  const services: Services = {
    strict: rest.strict,
    allowedHosts: rest.allowedHosts === 'any' ? 'any' : [...rest.allowedHosts, host.toLowerCase()],
    accounts,
    storage,
    faults,
    detections,
    liveRecordings,
    programs,
    outbound,
    mirrorOrigins: rest.mirrorOrigins,
    jobs,
  };
  const server: WcsServer = new WcsServer({
    services,
    log,
    clock,
    headTimeout: rest.headTimeout,
    idleTimeout: rest.idleTimeout,
    corsOrigins: rest.corsOrigins,
  });
  try {
    await server.listen(host, port);
    await jobs.start();
  } catch (error) {
    await server.close();
    await jobs.stop();
    await storage.close();
    await removeFolder();
    throw error;
  }

  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= (async () => {
      // First of all, so that no job takes the end of what it waits for as a failure.
      const stopped = jobs.stop();
      outbound.close();
      await server.close();
      await stopped;
      await storage.close();
      await removeFolder();
    })();
    return closed;
  };
  const { url } = server;
  const [account] = credentials;
  return {
    url,
    host,
    port: server.port,
    accessKey: account.accessKey,
    secretKey: account.secretKey,
    dataDir: folder,
    clientConfig: clientConfig(account, url),
    faults,
    detections,
    liveRecordings,
    get requests() {
      return log.list();
    },
    downloadUrl: (bucket, key) => downloadUrl(url, bucket, key),
    close,
    [Symbol.asyncDispose]: close,
  };
}
