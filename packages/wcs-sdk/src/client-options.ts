import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { type CredentialsProvider, CredentialsSource } from './auth/credentials-source.js';
import type { SignatureAlgorithm } from './auth/signature.js';
import type { CallDefaults } from './call-defaults.js';
import { invalidArgument, WcsError } from './errors.js';
import { normalizeEndpoint } from './http/endpoint.js';
import type { ServiceAnswer } from './http/observed-sender.js';
import { type RetryOptions, resolveRetry } from './http/retry.js';
import { CALL_DEFAULTS, CLIENT } from './known-options.js';
import { wholeNumber } from './number-options.js';
import { checkOptions } from './public-call.js';
import type { UploadDefaults } from './upload/upload.js';

/** Options of a {@link WcsClient}. Each call needs only some of them, and says so when one is missing. */
export interface WcsClientOptions {
  /** Names the account's key pair. */
  accessKey?: string;
  /** Signs tokens; never sent, logged or shown. */
  secretKey?: string;
  /**
   * In place of both: a function that gives the keys of the moment. It is asked when they are first needed, and again
   * when the service refuses a signature (401); what was refused is sent once more if they are others then.
   */
  credentials?: CredentialsProvider;
  /** The hash in signatures. Default SHA-1; SM3 only for accounts that the service has set up for it. */
  signatureAlgorithm?: SignatureAlgorithm;
  /** Upload domain: host or URL, such as `account.up0.v1.wcsapi.com`. */
  uploadUrl?: string;
  /** Management domain: host or URL, such as `account.mgr0.v1.wcsapi.com`. */
  managementUrl?: string;
  /**
   * Download domain: host or URL; `{bucket}` in it stands for the bucket's name. The key is appended as a path.
   */
  downloadUrl?: string;
  /** Scheme of addresses that name none. Default false: http. */
  https?: boolean;
  /** Check TLS certificates. Default true. */
  verifyTls?: boolean;
  /** How failed requests are repeated. */
  retry?: RetryOptions;
  /** Time limits of each request, in milliseconds. */
  timeouts?: {
    /** To establish a connection. Default 10,000. */
    connect?: number;
    /** Without a byte in either direction. Default 60,000. */
    idle?: number;
    /**
     * From the end of a request to that of the answer's head, and from there to the end of an answer that is no
     * content of an object. Default 300,000, or `idle` if that is more.
     */
    head?: number;
  };
  /**
   * Bytes a second that the content of an object must bring at least, over each `timeouts.idle` of waiting for it; 0 is
   * no limit. Default 128: far below any line, and more than a server sends that only keeps the connection busy.
   */
  lowestRate?: number;
  /** Lifetime of self-made upload tokens, in seconds. Default 7,200; 0 makes tokens that have ended, as in the official tool. */
  tokenLifetime?: number;
  /** Default {@link UploadOptions.blockSize}. */
  blockSize?: number;
  /** Default {@link UploadOptions.chunkSize}. */
  chunkSize?: number;
  /** Default {@link UploadOptions.concurrency}. */
  concurrency?: number;
  /** Default {@link UploadOptions.trafficLimit}. */
  trafficLimit?: number;
  /**
   * Most bytes in a second that the client sends, and most that it receives of contents, over all its calls: at least
   * 4,096. Unlike `trafficLimit` it is kept by the client itself. Default: no limit.
   */
  maxRate?: number;
  /**
   * What calls do unless they are told otherwise. Those of a configuration file, with {@link WcsClient.fromConfig}, are
   * what the file says; `false` leaves that out.
   */
  defaults?: CallDefaults | false;
  /** Folder of the records of unfinished uploads. Default: `curve-wcs/uploads` in the user's cache folder. */
  recordFolder?: string;
  /**
   * Address of an HTTP proxy, such as `http://user:password@proxy.example.com:3128`: http:// requests are forwarded
   * by it, https:// requests go through tunnels (CONNECT). Its credentials are never shown.
   */
  proxy?: string | URL;
  /**
   * Go by `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`; a name in `NO_PROXY` stands for all names below it.
   * Default false: they are not looked at.
   */
  proxyFromEnvironment?: boolean;
  /** Your own agents, such as for a proxy of another kind. They are not destroyed with the client. */
  agent?: {
    /** For http:// addresses. */
    http?: HttpAgent;
    /** For https:// addresses. */
    https?: HttpsAgent;
  };
  /** Put before the client's own user agent. */
  userAgent?: string;
  /**
   * Called with every answer before anything is made of it, those of attempts that failed among them: for logs, and
   * for finding faults. What it throws fails the call.
   */
  onAnswer?: (answer: ServiceAnswer) => void;
}

/** Milliseconds; longer ones do not fit into a timer. */
const LIMIT = { minimum: 1, maximum: 2 ** 31 - 1 };

/** Checks the options, and brings the addresses to one form. */
export function resolveClientOptions(options: WcsClientOptions) {
  checkOptions('WcsClient', options, CLIENT);
  if (options.defaults) checkOptions('defaults', options.defaults, CALL_DEFAULTS);
  const { timeouts = {} } = options;
  const idleTimeout = wholeNumber('timeouts.idle', timeouts.idle ?? 60_000, LIMIT);
  const https = options.https ?? false;
  const address = (name: 'uploadUrl' | 'managementUrl') =>
    options[name] === undefined ? undefined : normalizeEndpoint(name, options[name], https);
  if (options.accessKey !== undefined && !/^[\x20-\x39\x3b-\x7e]+$/.test(options.accessKey)) {
    throw invalidArgument('accessKey', 'printable text without colon', options.accessKey);
  }
  if (options.userAgent !== undefined && !/^[\x20-\x7e]*$/.test(options.userAgent)) {
    throw invalidArgument('userAgent', 'printable ASCII', options.userAgent);
  }
  if (options.secretKey === '') throw new WcsError('INVALID_ARGUMENT', 'secretKey must not be empty');
  return {
    credentials: credentialsOf(options),
    uploadUrl: address('uploadUrl'),
    managementUrl: address('managementUrl'),
    downloadUrl: options.downloadUrl === undefined ? undefined : downloadUrls(options.downloadUrl, https),
    retry: resolveRetry(options.retry),
    connectTimeout: wholeNumber('timeouts.connect', timeouts.connect ?? 10_000, LIMIT),
    idleTimeout,
    headTimeout: wholeNumber('timeouts.head', timeouts.head ?? Math.max(300_000, idleTimeout), LIMIT),
    lowestRate: wholeNumber('lowestRate', options.lowestRate ?? 128),
    verifyTls: options.verifyTls ?? true,
    defaults: options.defaults || {},
    blockSize: options.blockSize,
    maxRate:
      options.maxRate === undefined ? undefined : wholeNumber('maxRate', options.maxRate, { minimum: 4096 }),
    tokenLifetime: wholeNumber('tokenLifetime', options.tokenLifetime ?? 7200) * 1000,
  };
}

function credentialsOf({
  accessKey,
  secretKey,
  credentials,
  signatureAlgorithm = 'SHA-1',
}: WcsClientOptions): CredentialsSource | undefined {
  if (signatureAlgorithm !== 'SHA-1' && signatureAlgorithm !== 'SM3') {
    throw invalidArgument('signatureAlgorithm', 'SHA-1 or SM3', signatureAlgorithm);
  }
  if (credentials !== undefined) return new CredentialsSource(credentials);
  if (accessKey === undefined || secretKey === undefined) return undefined;
  return new CredentialsSource({ accessKey, secretKey, algorithm: signatureAlgorithm });
}

function downloadUrls(template: string, https: boolean): (bucket: string, encodedKey: string) => string {
  // Only the place of the bucket is open; everything else is checked now rather than at the first download.
  normalizeEndpoint('downloadUrl', template.replaceAll('{bucket}', 'bucket'), https);
  let last = { bucket: '', base: '' };
  return (bucket, encodedKey) => {
    if (bucket !== last.bucket) {
      const address = template.replaceAll('{bucket}', encodeURIComponent(bucket));
      last = { bucket, base: normalizeEndpoint('downloadUrl', address, https) };
    }
    return `${last.base}/${encodedKey}`;
  };
}

/** The defaults of uploads among the options; {@link upload} checks them. */
export function uploadDefaultsOf(options: WcsClientOptions): UploadDefaults {
  const { blockSize, chunkSize, concurrency, trafficLimit, recordFolder } = options;
  const { policy } = options.defaults || {};
  return {
    ...(blockSize === undefined ? {} : { blockSize }),
    ...(chunkSize === undefined ? {} : { chunkSize }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(trafficLimit === undefined ? {} : { trafficLimit }),
    ...(policy === undefined ? {} : { policy }),
    recordFolder,
  };
}
