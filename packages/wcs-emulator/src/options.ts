import type { WcsCredentials } from './auth/accounts.js';
import type { DetectionResult } from './detection/detection-results.js';
import { WcsEmulatorError } from './errors.js';
import type { FaultRule } from './faults/fault-rule.js';
import type { AllowedHosts } from './http/check-host.js';
import type { CorsOrigins } from './http/cors.js';
import type { RequestRecord } from './http/request-log.js';
import type { LiveRecording } from './live/live-recordings.js';
import { defaultRetryDelays } from './notifications/send-notification.js';
import type { OutboundHosts } from './outbound/destination.js';
import type { Durability } from './storage/durability.js';

/** How an emulator is to be started. Everything has a default. */
export interface WcsEmulatorOptions {
  /**
   * The folder to keep data in; it is created when missing.
   *
   * @defaultValue a fresh temporary folder, removed on close
   */
  dataDir?: string;
  /**
   * The address to listen on.
   *
   * @defaultValue `'127.0.0.1'`, which only this machine can reach
   */
  host?: string;
  /**
   * The port to listen on, 0 for any that is free.
   *
   * @defaultValue `0`
   */
  port?: number;
  /**
   * Names under which it may be spoken to (`Host`), besides addresses, `host`, names of this machine, names without a dot
   * and those that end in `.internal`: other names may be made to lead here by anyone, whose pages could then do in a
   * browser of this machine what they like.
   *
   * @defaultValue `[]`
   */
  allowedHosts?: AllowedHosts;
  /**
   * The longest that the head of a request may take, in milliseconds.
   *
   * @defaultValue `60_000`
   */
  headTimeout?: number;
  /**
   * The longest that a client may send nothing in the middle of a request, or take nothing of its answer, in
   * milliseconds.
   *
   * @defaultValue `300_000`
   */
  idleTimeout?: number;
  /**
   * The access key of the only account.
   *
   * @defaultValue `'wcs-emulator'`
   */
  accessKey?: string;
  /**
   * The secret key of the only account.
   *
   * @defaultValue `'wcs-emulator-secret'`
   */
  secretKey?: string;
  /** Several accounts, instead of `accessKey` and `secretKey`. The first one is that of `clientConfig`. */
  credentials?: readonly WcsCredentials[];
  /**
   * Buckets that are to exist; those already in the folder stay.
   *
   * @defaultValue `[]`
   */
  buckets?: readonly string[];
  /**
   * Tells the time, in milliseconds since the epoch: for deadlines, put times and expiry.
   *
   * @defaultValue `Date.now`
   */
  clock?: () => number;
  /** Faults that are in force from the start. */
  faults?: readonly FaultRule[];
  /**
   * Decides about faults with a probability: from 0 up to, but not including, 1.
   *
   * @defaultValue `Math.random`
   */
  random?: () => number;
  /** Called once per request, when it is over. What it throws is an uncaught exception, as in any listener. */
  onRequest?: (request: RequestRecord) => void;
  /**
   * What an acknowledged upload survives: `'sync'` a power failure, `'fast'` only the end of the process.
   *
   * @defaultValue `'sync'`
   */
  durability?: Durability;
  /**
   * The hosts, besides this machine, that it may send callbacks and notifications to and fetch from: names or
   * addresses as they stand in URLs, or `'any'`.
   *
   * @defaultValue `[]`
   */
  outboundHosts?: OutboundHosts;
  /**
   * The origins, besides those of this machine such as `http://localhost:5173`, whose pages may use the emulator from a
   * browser (CORS): as browsers send them, or `'any'`. What steers the emulator is for its own page alone.
   *
   * @defaultValue `[]`
   */
  corsOrigins?: CorsOrigins;
  /**
   * The longest that a callback or notification may take, in milliseconds.
   *
   * @defaultValue `60_000`
   */
  outboundTimeout?: number;
  /**
   * The pause before each further attempt to deliver a notification, in milliseconds; as many attempts follow the
   * first.
   *
   * @defaultValue three times none, then five times a minute
   */
  notificationRetryDelays?: readonly number[];
  /**
   * Where the objects of a bucket come from when `/prefetch` asks for them, by the bucket's name: a URL, to which the
   * key is appended.
   *
   * @defaultValue `{}`
   */
  mirrorOrigins?: Readonly<Record<string, string>>;
  /**
   * How much an archive that is unpacked may come to, in bytes: `decompression` of a larger one fails.
   *
   * @defaultValue `1073741824`, which is 1 GiB
   */
  maxUnpackedBytes?: number;
  /**
   * Refuses (400) what the documents do not know: members of put policies, parameters, form fields and template
   * variables. Otherwise they are ignored, as the service does.
   *
   * @defaultValue `false`
   */
  strict?: boolean;
  /** What `/imageDetect` and `contentDetect` are to find: the emulator does not look at pixels. */
  detections?: readonly DetectionResult[];
  /** What `/wslive/list` is to list: the emulator records no channels. */
  liveRecordings?: readonly LiveRecording[];
  /**
   * The program that `?op=avinfo` runs.
   *
   * @defaultValue `'ffprobe'`, if the machine has it
   */
  ffprobe?: string;
  /**
   * The program that the commands `avthumb` and `vframe` of `/fops` run.
   *
   * @defaultValue none: the commands fail
   */
  ffmpeg?: string;
}

/** The options with every default filled in. */
export interface ResolvedOptions {
  dataDir: string | undefined;
  host: string;
  port: number;
  allowedHosts: AllowedHosts;
  headTimeout: number;
  idleTimeout: number;
  credentials: readonly [WcsCredentials, ...WcsCredentials[]];
  buckets: readonly string[];
  clock: () => number;
  faults: readonly FaultRule[];
  random: () => number;
  onRequest: ((request: RequestRecord) => void) | undefined;
  durability: Durability;
  outboundHosts: OutboundHosts;
  corsOrigins: CorsOrigins;
  outboundTimeout: number;
  notificationRetryDelays: readonly number[];
  mirrorOrigins: Readonly<Record<string, string>>;
  maxUnpackedBytes: number;
  strict: boolean;
  detections: readonly DetectionResult[];
  liveRecordings: readonly LiveRecording[];
  ffprobe: string;
  ffmpeg: string | undefined;
}

const known: readonly string[] = [
  'dataDir',
  'host',
  'port',
  'allowedHosts',
  'headTimeout',
  'idleTimeout',
  'accessKey',
  'secretKey',
  'credentials',
  'buckets',
  'clock',
  'faults',
  'random',
  'onRequest',
  'durability',
  'outboundHosts',
  'corsOrigins',
  'outboundTimeout',
  'notificationRetryDelays',
  'mirrorOrigins',
  'maxUnpackedBytes',
  'strict',
  'detections',
  'liveRecordings',
  'ffprobe',
  'ffmpeg',
] satisfies (keyof WcsEmulatorOptions)[];

/**
 * Checks the options before anything is read or written.
 *
 * @throws WcsEmulatorError `INVALID_OPTION`
 */
export function resolveOptions(options: WcsEmulatorOptions): ResolvedOptions {
  const unknown = Object.keys(options).find(name => !known.includes(name));
  if (unknown !== undefined) throw invalid(`there is no option ${unknown}`);
  const { dataDir, host = '127.0.0.1', port = 0, clock = Date.now, durability = 'sync' } = options;
  if (dataDir === '') throw invalid('dataDir is empty');
  if (host === '') throw invalid('host is empty');
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw invalid(`port is ${port}, not from 0 to 65535`);
  if (typeof clock !== 'function') throw invalid('clock is not a function');
  if (durability !== 'sync' && durability !== 'fast') throw invalid(`durability is ${String(durability)}`);
  const { allowedHosts = [], headTimeout = 60_000, idleTimeout = 300_000 } = options;
  if (allowedHosts !== 'any' && !(Array.isArray(allowedHosts) && allowedHosts.every(isHostName))) {
    throw invalid("allowedHosts is neither a list of host names nor 'any'");
  }
  if (![headTimeout, idleTimeout].every(time => isDuration(time) && time > 0)) {
    throw invalid('headTimeout and idleTimeout are milliseconds');
  }
  const {
    outboundHosts = [],
    outboundTimeout = 60_000,
    notificationRetryDelays = defaultRetryDelays,
  } = options;
  if (outboundHosts !== 'any' && !(Array.isArray(outboundHosts) && outboundHosts.every(isHostName))) {
    throw invalid("outboundHosts is neither a list of host names nor 'any'");
  }
  if (![outboundTimeout, ...notificationRetryDelays].every(isDuration)) {
    throw invalid('outboundTimeout and notificationRetryDelays are milliseconds');
  }
  const { corsOrigins = [] } = options;
  if (corsOrigins !== 'any' && !(Array.isArray(corsOrigins) && corsOrigins.every(isOrigin))) {
    throw invalid("corsOrigins is neither a list of origins such as https://app.example.com nor 'any'");
  }
  const { mirrorOrigins = {}, maxUnpackedBytes = 1 << 30 } = options;
  const origin = Object.values(mirrorOrigins).find(url => !isWebUrl(url));
  if (origin !== undefined) throw invalid(`mirrorOrigins: ${origin} is not an http or https URL`);
  if (!(Number.isSafeInteger(maxUnpackedBytes) && maxUnpackedBytes >= 0)) {
    throw invalid(`maxUnpackedBytes is ${maxUnpackedBytes}, not a number of bytes`);
  }
  const credentials = resolveCredentials(options);
  const buckets = [...(options.buckets ?? []), ...credentials.flatMap(one => one.buckets ?? [])];
  for (const bucket of buckets) checkBucketName(bucket);
  return {
    dataDir,
    host,
    port,
    allowedHosts,
    headTimeout,
    idleTimeout,
    credentials,
    buckets: [...new Set(buckets)],
    clock,
    faults: options.faults ?? [],
    random: options.random ?? Math.random,
    onRequest: options.onRequest,
    durability,
    outboundHosts,
    corsOrigins,
    outboundTimeout,
    notificationRetryDelays,
    mirrorOrigins,
    maxUnpackedBytes,
    strict: options.strict ?? false,
    detections: options.detections ?? [],
    liveRecordings: options.liveRecordings ?? [],
    ffprobe: options.ffprobe ?? 'ffprobe',
    ffmpeg: options.ffmpeg,
  };
}

function resolveCredentials(options: WcsEmulatorOptions): ResolvedOptions['credentials'] {
  if (options.credentials && (options.accessKey !== undefined || options.secretKey !== undefined)) {
    throw invalid('credentials excludes accessKey and secretKey');
  }
  const [first, ...others] = options.credentials ?? [
    { accessKey: options.accessKey ?? 'wcs-emulator', secretKey: options.secretKey ?? 'wcs-emulator-secret' },
  ];
  if (!first) throw invalid('credentials is empty');
  for (const { accessKey, secretKey } of [first, ...others]) {
    if (!/^[\x21-\x39\x3b-\x7e]+$/.test(accessKey))
      throw invalid('an access key is printable ASCII without spaces and colons');
    if (!/^[\x21-\x7e]+$/.test(secretKey)) throw invalid('a secret key is printable ASCII without spaces');
  }
  if (new Set([first, ...others].map(one => one.accessKey)).size < others.length + 1) {
    throw invalid('two credentials have the same access key');
  }
  return [first, ...others];
}

/** Names that can be the label of a host, and that no other path of the emulator has. */
function checkBucketName(bucket: string): void {
  if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(bucket)) {
    throw invalid(
      `bucket ${JSON.stringify(bucket)} is not 1 to 63 of a-z, 0-9, - and _, the first a letter or digit`,
    );
  }
  if (bucket === 'control') throw invalid('bucket control would collide with the control endpoint');
}

/** As a host stands in a URL: without scheme, port and path. */
function isHostName(host: unknown): boolean {
  return (
    typeof host === 'string' && URL.canParse(`http://${host}`) && new URL(`http://${host}`).host === host
  );
}

/** As browsers send it: scheme, host and, where it is not the scheme's own, port. */
function isOrigin(origin: unknown): boolean {
  return isWebUrl(origin) && new URL(origin as string).origin === origin;
}

function isWebUrl(url: unknown): boolean {
  return typeof url === 'string' && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

function isDuration(milliseconds: unknown): boolean {
  return typeof milliseconds === 'number' && milliseconds >= 0 && milliseconds < 2 ** 31;
}

function invalid(message: string): WcsEmulatorError {
  return new WcsEmulatorError('INVALID_OPTION', message);
}
