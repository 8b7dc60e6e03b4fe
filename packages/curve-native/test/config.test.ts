import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createClient } from '../src/index.js';

const folder = mkdtempSync(join(tmpdir(), 'curve-native-'));
afterAll(() => rmSync(folder, { recursive: true }));

const required = `
mds.listen.addr=127.0.0.1:6666
mds.registerToMDS=false
mds.rpcTimeoutMS=500
mds.maxRPCTimeoutMS=2000
mds.refreshTimesPerLease=4
mds.rpcRetryIntervalUS=100000
metacache.getLeaderTimeOutMS=500
metacache.getLeaderRetry=5
metacache.rpcRetryIntervalUS=100000
schedule.queueCapacity=1000000
schedule.threadpoolSize=2
isolation.taskQueueCapacity=1000000
isolation.taskThreadPoolSize=1
chunkserver.opRetryIntervalUS=100000
chunkserver.opMaxRetry=2500000
chunkserver.rpcTimeoutMS=1000
chunkserver.maxStableTimeoutTimes=10
chunkserver.checkHealthTimeoutMs=100
chunkserver.serverStableThreshold=3
global.fileMaxInFlightRPCNum=128
global.fileIOSplitMaxSizeKB=64
global.logLevel=0
global.logPath=/data/log/curve/
discard.enable=true
discard.granularity=4096
discard.taskDelayMs=60000
`;

function start(text: string): void {
  const path = join(folder, 'client.conf');
  writeFileSync(path, text);
  createClient(path).uninitSync();
}

const refused = (message: string) => expect.objectContaining({ libcurveCode: -2, kind: 'client', message });

test('a file with the required keys, comments and blanks around values', () => {
  start(required);
  start(
    `# comment\n${required}\r\n  mds.rpcTimeoutMS = 12abc # a comment ends the value\nunknown.key=1\nno equals sign\n`,
  );
});

test.each(required.trim().split('\n'))('it does not start without %s', line => {
  expect(() => start(required.replace(`${line}\n`, ''))).toThrowError(
    expect.objectContaining({
      libcurveCode: -2,
      message: expect.stringContaining(line.split('=')[0] as string),
    }),
  );
});

test.each([
  'localhost:6666',
  '1.2.3.4:0',
  '1.2.3.4:65535',
  '127.0.0.1:6666, 127.0.0.1:6667',
  '',
  '1.2.3.4',
  '1.2.3.4:1:2',
])('mds.listen.addr=%s is refused', address => {
  expect(() => createClient({ 'mds.listen.addr': address })).toThrowError(
    refused(`mds.listen.addr: not a list of IPv4:port: ${address}`),
  );
});

test('several addresses, and the last of two equal keys', () => {
  start(`mds.listen.addr=nonsense\n${required.replace(':6666', ':6666,127.0.0.2:6667')}`);
});

test('numbers and booleans that are none', () => {
  expect(() => start(required.replace('=500', '=x'))).toThrowError(refused('mds.rpcTimeoutMS: bad value x'));
  expect(() => start(required.replace('discard.enable=true', 'discard.enable=maybe'))).toThrowError(
    refused('discard.enable is missing or not a boolean'),
  );
  expect(() => createClient('/no/such/file')).toThrowError(refused('cannot read /no/such/file'));
});
