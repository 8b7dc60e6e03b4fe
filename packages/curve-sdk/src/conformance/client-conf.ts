import { readFileSync } from 'node:fs';
import type { NativeConfig } from '@curve-wcs/curve-native';

/** Keys of a client.conf. */
export type ConfigKeys = Readonly<Record<string, string | number | boolean>>;

/** The keys that a file must have, with values that suit a test (curve-protocol.md §4.1). */
const REQUIRED: ConfigKeys = {
  'mds.registerToMDS': false,
  'mds.rpcTimeoutMS': 500,
  'mds.maxRPCTimeoutMS': 2000,
  'mds.refreshTimesPerLease': 4,
  'mds.rpcRetryIntervalUS': 100_000,
  'metacache.getLeaderTimeOutMS': 500,
  'metacache.getLeaderRetry': 5,
  'metacache.rpcRetryIntervalUS': 100_000,
  'schedule.queueCapacity': 1_000_000,
  'schedule.threadpoolSize': 2,
  'isolation.taskQueueCapacity': 1_000_000,
  'isolation.taskThreadPoolSize': 1,
  'chunkserver.opRetryIntervalUS': 100_000,
  'chunkserver.opMaxRetry': 2_500_000,
  'chunkserver.rpcTimeoutMS': 1000,
  'chunkserver.maxStableTimeoutTimes': 10,
  'chunkserver.checkHealthTimeoutMs': 100,
  'chunkserver.serverStableThreshold': 3,
  'global.fileMaxInFlightRPCNum': 128,
  'global.fileIOSplitMaxSizeKB': 64,
  'global.logLevel': 3,
  'global.logPath': '.',
  'discard.enable': true,
  'discard.granularity': 4096,
  'discard.taskDelayMs': 60_000,
};

/** The keys of a configuration, read from its file if it is one, so that a case can change some. */
export function keysOf(config: NativeConfig): ConfigKeys {
  if (typeof config !== 'string') return config;
  const pairs = readFileSync(config, 'utf8')
    .split('\n')
    .map(line => line.trim())
    .filter(line => line.includes('=') && !line.startsWith('#'))
    .map(line => {
      const [value = ''] = line.slice(line.indexOf('=') + 1).split('#', 1);
      return [line.slice(0, line.indexOf('=')).trim(), value.trim()] as const;
    });
  return Object.fromEntries(pairs);
}

/** The names of the keys that a file must have. */
export function requiredKeys(): string[] {
  return ['mds.listen.addr', ...Object.keys(REQUIRED)];
}

/** The text of a client.conf with all required keys. */
export function confText(keys: ConfigKeys, without?: string): string {
  return Object.entries({ ...REQUIRED, ...keys })
    .filter(([key]) => key !== without)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
