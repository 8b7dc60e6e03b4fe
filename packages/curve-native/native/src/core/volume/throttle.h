// throttle.enable: the volume's own limits, applied before a call is split. A call is charged at once and waits until
// what was charged before it has drained.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "net/loop.h"
#include "wire/messages.h"

namespace curve {

class Throttle {
 public:
  explicit Throttle(bool enabled) : enabled_(enabled) {}

  void update(const std::optional<wire::FileThrottleParams>& params) {
    for (Bucket& bucket : buckets_) bucket.limit = 0;
    if (!params) return;
    for (const auto& p : params->params) buckets_[static_cast<size_t>(p.type.value)].limit = p.limit;
  }

  // How long a call must wait.
  net::Micros admit(bool write, uint64_t bytes) {
    if (!enabled_) return net::Micros(0);
    const auto now = net::Clock::now();
    // IOPS total, IOPS of the direction, BPS total, BPS of the direction.
    const auto drained = std::max({charge(1, 1, now), charge(write ? 3 : 2, 1, now), charge(4, bytes, now),
                                   charge(write ? 6 : 5, bytes, now)});
    return std::chrono::duration_cast<net::Micros>(drained - now);
  }

 private:
  struct Bucket {
    uint64_t limit = 0;
    net::Clock::time_point drained{};
  };

  net::Clock::time_point charge(size_t type, uint64_t cost, net::Clock::time_point now) {
    Bucket& bucket = buckets_[type];
    if (bucket.limit == 0) return now;
    const auto free = std::max(bucket.drained, now);
    const double seconds = static_cast<double>(cost) / static_cast<double>(bucket.limit);
    bucket.drained = free + std::chrono::duration_cast<net::Clock::duration>(std::chrono::duration<double>(seconds));
    return free;
  }

  const bool enabled_;
  std::array<Bucket, 7> buckets_{};  // by ThrottleType
};

}  // namespace curve
