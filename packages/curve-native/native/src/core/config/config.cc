#include "config/config.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace curve {

namespace {

enum class Need { required, optional };

struct NumberKey {
  const char* key;
  Need need;
  // Null: checked like libcurve does, but of no use to a client with one I/O thread and no metrics server.
  uint64_t Config::*field;
  uint64_t min = 0;
};

constexpr NumberKey kNumbers[] = {
    {"mds.rpcTimeoutMS", Need::required, &Config::mdsRpcTimeoutMs},
    {"mds.maxRPCTimeoutMS", Need::required, &Config::mdsMaxRpcTimeoutMs},
    {"mds.maxRetryMS", Need::optional, &Config::mdsMaxRetryMs},
    {"mds.maxFailedTimesBeforeChangeMDS", Need::optional, &Config::mdsMaxFailedTimes},
    {"mds.refreshTimesPerLease", Need::required, &Config::refreshTimesPerLease},
    {"mds.rpcRetryIntervalUS", Need::required, &Config::mdsRetryIntervalUs},
    {"mds.normalRetryTimesBeforeTriggerWait", Need::optional, &Config::mdsNormalRetryTimes},
    {"mds.waitSleepMs", Need::optional, &Config::mdsWaitSleepMs},
    {"metacache.getLeaderTimeOutMS", Need::required, &Config::getLeaderTimeoutMs},
    {"metacache.getLeaderRetry", Need::required, &Config::getLeaderRetry},
    {"metacache.rpcRetryIntervalUS", Need::required, &Config::metaCacheRetryIntervalUs},
    {"schedule.queueCapacity", Need::required, nullptr},
    {"schedule.threadpoolSize", Need::required, nullptr},
    {"isolation.taskQueueCapacity", Need::required, nullptr},
    {"isolation.taskThreadPoolSize", Need::required, nullptr},
    {"chunkserver.opRetryIntervalUS", Need::required, &Config::opRetryIntervalUs},
    {"chunkserver.opMaxRetry", Need::required, &Config::opMaxRetry},
    {"chunkserver.rpcTimeoutMS", Need::required, &Config::chunkRpcTimeoutMs, 1},
    {"chunkserver.maxRPCTimeoutMS", Need::optional, &Config::chunkMaxRpcTimeoutMs, 1},
    {"chunkserver.maxRetrySleepIntervalUS", Need::optional, &Config::chunkMaxRetrySleepUs},
    {"chunkserver.maxStableTimeoutTimes", Need::required, &Config::maxStableTimeoutTimes},
    {"chunkserver.checkHealthTimeoutMs", Need::required, &Config::checkHealthTimeoutMs},
    {"chunkserver.serverStableThreshold", Need::required, &Config::serverStableThreshold},
    {"chunkserver.minRetryTimesForceTimeoutBackoff", Need::optional, &Config::minRetryTimesForceTimeoutBackoff},
    {"global.fileMaxInFlightRPCNum", Need::required, &Config::maxInFlightRpc, 1},
    {"global.fileIOSplitMaxSizeKB", Need::required, &Config::ioSplitMaxSizeKb, 1},
    {"global.logLevel", Need::required, nullptr},
    {"global.metricDummyServerStartPort", Need::optional, nullptr},
    {"discard.granularity", Need::required, &Config::discardGranularity, 1},
    {"discard.taskDelayMs", Need::required, &Config::discardTaskDelayMs},
    {"csClientOpt.rpcTimeoutMs", Need::optional, &Config::epochRpcTimeoutMs},
    {"csClientOpt.rpcMaxTry", Need::optional, &Config::epochRpcMaxTry},
    {"csClientOpt.rpcIntervalUs", Need::optional, &Config::epochRpcIntervalUs},
    {"csBroadCasterOpt.broadCastMaxNum", Need::optional, &Config::epochBroadcastMax, 1},
};

struct BoolKey {
  const char* key;
  Need need;
  bool Config::*field;
};

constexpr BoolKey kBools[] = {
    {"mds.registerToMDS", Need::required, &Config::registerToMds},
    {"throttle.enable", Need::optional, &Config::throttleEnabled},
    {"discard.enable", Need::required, &Config::discardEnabled},
};

// Large enough for every duration here, small enough that sums and doublings cannot overflow.
constexpr uint64_t kMaxNumber = uint64_t{1} << 40;

// C-style prefix parsing, so `12abc` is 12; false without a leading digit.
bool parseNumber(const std::string& text, uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end != text.data() && value <= kMaxNumber;
}

bool parseBool(std::string text, bool& value) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  value = text == "true" || text == "yes" || text == "1";
  return value || text == "false" || text == "no" || text == "0";
}

// Comma-separated `IPv4:port`, no blanks, no host names.
bool parseAddresses(const std::string& text, std::vector<net::Endpoint>& addresses) {
  size_t start = 0;
  while (start <= text.size()) {
    const size_t comma = std::min(text.find(',', start), text.size());
    const std::string one = text.substr(start, comma - start);
    const auto endpoint = net::Endpoint::parse(one);
    if (!endpoint || endpoint->port == 65535 || std::count(one.begin(), one.end(), ':') != 1) return false;
    addresses.push_back(*endpoint);
    start = comma + 1;
  }
  return !addresses.empty();
}

}  // namespace

bool makeConfig(const Settings& settings, Config& config, std::string& error) {
  const auto value = [&](const char* key) {
    const auto it = settings.find(key);
    return it == settings.end() ? nullptr : &it->second;
  };
  const std::string* addresses = value("mds.listen.addr");
  if (!addresses || !parseAddresses(*addresses, config.mdsAddresses)) {
    error = addresses ? "mds.listen.addr: not a list of IPv4:port: " + *addresses : "mds.listen.addr is missing";
    return false;
  }
  for (const NumberKey& row : kNumbers) {
    const std::string* text = value(row.key);
    if (!text && row.need == Need::optional) continue;
    uint64_t number = 0;
    if (!text || !parseNumber(*text, number) || number < row.min) {
      error = std::string(row.key) + (text ? ": bad value " + *text : " is missing");
      return false;
    }
    if (row.field) config.*row.field = number;
  }
  for (const BoolKey& row : kBools) {
    const std::string* text = value(row.key);
    // A word that is neither true nor false counts as a missing key.
    bool flag = false;
    if (text && parseBool(*text, flag)) {
      config.*row.field = flag;
    } else if (row.need == Need::required) {
      error = std::string(row.key) + " is missing or not a boolean";
      return false;
    }
  }
  if (!value("global.logPath")) {
    error = "global.logPath is missing";
    return false;
  }
  return true;
}

}  // namespace curve
