// Counters of one client, written by its I/O thread, readable from any.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace curve {

struct Stats {
  // Bucket i counts durations below 2^i µs; the last one takes the rest.
  static constexpr size_t kLatencyBuckets = 32;
  using Counter = std::atomic<uint64_t>;

  Counter callsInFlight{0}, requestsInFlight{0}, openVolumes{0};
  Counter reads{0}, writes{0}, bytesRead{0}, bytesWritten{0};
  Counter retries{0}, redirects{0}, timeouts{0}, mdsRetries{0}, connects{0};
  std::array<Counter, kLatencyBuckets> latency{};

  // With one writer, plain sums do; but callsInFlight has two and counts by itself.
  static void add(Counter& c, uint64_t n = 1) { set(c, c.load(std::memory_order_relaxed) + n); }
  static void sub(Counter& c, uint64_t n = 1) { set(c, c.load(std::memory_order_relaxed) - n); }

  void recordLatency(std::chrono::microseconds took) {
    uint64_t us = static_cast<uint64_t>(took.count());
    size_t bucket = 0;
    while (us > 0 && bucket + 1 < kLatencyBuckets) {
      us >>= 1;
      bucket++;
    }
    add(latency[bucket]);
  }

 private:
  static void set(Counter& c, uint64_t n) { c.store(n, std::memory_order_relaxed); }
};

}  // namespace curve
