// How long a chunk request waits for an answer, and before it is sent again.
#pragma once

#include <algorithm>
#include <cstdint>

#include "config/config.h"
#include "net/loop.h"

namespace curve::retry {

// base·2^tries, but no more doublings than lead from base to max.
inline uint64_t backoff(uint64_t base, uint64_t max, uint64_t tries) {
  uint64_t limit = 0;
  while (base > 0 && limit < 40 && base << (limit + 1) <= max) limit++;
  return base << std::min(tries, limit);
}

// The time-out of the send after number `tries`, which timed out.
inline uint64_t nextTimeoutMs(const Config& c, uint64_t tries, bool leaderMayChange) {
  const uint64_t base = c.chunkRpcTimeoutMs;
  if (tries < c.minRetryTimesForceTimeoutBackoff && leaderMayChange) return base;
  return std::clamp(backoff(base, c.chunkMaxRpcTimeoutMs, tries), base, std::max(base, c.chunkMaxRpcTimeoutMs));
}

// After OVERLOAD; `jitter` is between -0.1 and 0.1.
inline net::Micros overloadDelay(const Config& c, uint64_t tries, double jitter) {
  const double us = static_cast<double>(backoff(c.opRetryIntervalUs, c.chunkMaxRetrySleepUs, tries)) * (1 + jitter);
  return net::Micros(std::clamp(static_cast<uint64_t>(us), c.opRetryIntervalUs,
                                std::max(c.opRetryIntervalUs, c.chunkMaxRetrySleepUs)));
}

}  // namespace curve::retry
