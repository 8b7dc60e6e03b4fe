/** What the client.conf of an emulator says that differs from one to the other. */
export interface ClientConfValues {
  mdsAddresses: readonly string[];
  logDir: string;
}

/** How a client.conf begins that may be replaced. */
const OWN = '# Written by curve-emulator.\n';

/** Whether this is the text of one that {@link clientConf} has made. */
export function isOwnClientConf(text: string): boolean {
  return text.startsWith(OWN);
}

/** A client.conf for an emulator: every key that a client asks for, with the shipped values (protocol 4.1). */
export function clientConf({ mdsAddresses, logDir }: ClientConfValues): string {
  return `${OWN}mds.listen.addr=${mdsAddresses.join(',')}
mds.registerToMDS=false
mds.rpcTimeoutMS=500
mds.maxRPCTimeoutMS=2000
mds.maxRetryMS=8000
mds.maxFailedTimesBeforeChangeMDS=2
mds.refreshTimesPerLease=4
mds.rpcRetryIntervalUS=100000
mds.normalRetryTimesBeforeTriggerWait=3
mds.waitSleepMs=10000

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
chunkserver.maxRPCTimeoutMS=8000
chunkserver.maxRetrySleepIntervalUS=8000000
chunkserver.maxStableTimeoutTimes=10
chunkserver.checkHealthTimeoutMs=100
chunkserver.serverStableThreshold=3
chunkserver.minRetryTimesForceTimeoutBackoff=5
chunkserver.slowRequestThresholdMS=45000

global.fileMaxInFlightRPCNum=128
global.fileIOSplitMaxSizeKB=64
global.logLevel=2
global.logPath=${logDir}
global.logging.enable=false
global.metricDummyServerStartPort=9000
global.turnOffHealthCheck=true
global.minOpenFileLimit=0

closefd.timeout=300
closefd.timeInterval=600
throttle.enable=false
discard.enable=true
discard.granularity=4096
discard.taskDelayMs=60000
csClientOpt.rpcTimeoutMs=500
csClientOpt.rpcMaxTry=3
csClientOpt.rpcIntervalUs=100000
csClientOpt.rpcMaxTimeoutMs=8000
csBroadCasterOpt.broadCastMaxNum=200
`;
}
