#include <fstream>
#include <sstream>

#include "config/config.h"

namespace curve {

namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n\v\f";
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

}  // namespace

Settings parseSettings(std::string_view text) {
  Settings settings;
  while (!text.empty()) {
    const size_t newline = text.find('\n');
    const std::string_view line = trim(text.substr(0, newline));
    text = newline == std::string_view::npos ? std::string_view{} : text.substr(newline + 1);
    const size_t equals = line.find('=');
    if (line.empty() || line.front() == '#' || equals == std::string_view::npos) continue;
    // A value cannot contain '#', not even quoted.
    const std::string_view value = line.substr(equals + 1);
    settings[std::string(trim(line.substr(0, equals)))] = std::string(trim(value.substr(0, value.find('#'))));
  }
  return settings;
}

bool readSettings(const std::string& path, Settings& settings, std::string& error) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    error = "cannot read " + path;
    return false;
  }
  settings = parseSettings(text.str());
  return true;
}

const Settings& sampleSettings() {
  static const Settings settings = parseSettings(R"(
mds.registerToMDS=true
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
global.fileMaxInFlightRPCNum=128
global.fileIOSplitMaxSizeKB=64
global.logLevel=0
global.logPath=.
global.metricDummyServerStartPort=9000
throttle.enable=false
discard.enable=true
discard.granularity=4096
discard.taskDelayMs=60000
csClientOpt.rpcTimeoutMs=500
csClientOpt.rpcMaxTry=86400000
csClientOpt.rpcIntervalUs=100000
csBroadCasterOpt.broadCastMaxNum=200
)");
  return settings;
}

}  // namespace curve
