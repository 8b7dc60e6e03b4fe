// client.conf: the keys this client acts upon, with libcurve's names, units, defaults and rules.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "net/endpoint.h"

namespace curve {

struct Config {
  std::vector<net::Endpoint> mdsAddresses;
  bool registerToMds = false;

  uint64_t mdsRpcTimeoutMs = 500;
  uint64_t mdsMaxRpcTimeoutMs = 2000;
  uint64_t mdsMaxRetryMs = 8000;
  uint64_t mdsMaxFailedTimes = 5;
  uint64_t refreshTimesPerLease = 5;
  uint64_t mdsRetryIntervalUs = 50'000;
  uint64_t mdsNormalRetryTimes = 3;
  uint64_t mdsWaitSleepMs = 10'000;

  uint64_t getLeaderTimeoutMs = 1000;
  uint64_t getLeaderRetry = 3;
  uint64_t metaCacheRetryIntervalUs = 500;

  uint64_t opRetryIntervalUs = 200;
  uint64_t opMaxRetry = 3;
  uint64_t chunkRpcTimeoutMs = 1000;
  uint64_t chunkMaxRpcTimeoutMs = 64'000;
  uint64_t chunkMaxRetrySleepUs = 64'000'000;
  uint64_t maxStableTimeoutTimes = 64;
  uint64_t checkHealthTimeoutMs = 100;
  uint64_t serverStableThreshold = 3;
  uint64_t minRetryTimesForceTimeoutBackoff = 5;

  uint64_t maxInFlightRpc = 2048;
  uint64_t ioSplitMaxSizeKb = 64;

  bool throttleEnabled = false;
  bool discardEnabled = false;
  uint64_t discardGranularity = 4096;
  uint64_t discardTaskDelayMs = 60'000;

  uint64_t epochRpcTimeoutMs = 500;
  uint64_t epochRpcMaxTry = 3;
  uint64_t epochRpcIntervalUs = 100'000;
  uint64_t epochBroadcastMax = 200;
};

using Settings = std::map<std::string, std::string>;

// The text of a client.conf; never fails, lines without `=` mean nothing.
Settings parseSettings(std::string_view text);
// False with a reason when the file cannot be read.
bool readSettings(const std::string& path, Settings& settings, std::string& error);
// The values of the client.conf that Curve ships, without mds.listen.addr.
const Settings& sampleSettings();
// False with a reason on a missing required key or a bad value.
bool makeConfig(const Settings& settings, Config& config, std::string& error);

}  // namespace curve
