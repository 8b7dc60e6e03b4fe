// A limit of so much a second, as libcurve counts it: a level that what is done fills, and that leaks with every tick of
// a clock. It has no clock of its own.
#pragma once

#include <algorithm>
#include <cstdint>

namespace curve {

// How much of the limit is given back at a time.
constexpr int kTicksPerSecond = 50;

// One level of a bucket.
class LeakyLevel {
 public:
  // So many a second leak, and so many find room. Begins nearly full: what comes first has a tick's worth.
  void reset(double rate, double capacity) {
    rate_ = rate;
    capacity_ = capacity;
    rest();
  }
  double room() const { return std::max(0.0, capacity_ - level_); }
  void fill(double amount) {
    level_ += amount;
    resting_ = false;
  }
  void tick() {
    if (resting_) return;
    level_ = std::max(0.0, level_ - rate_ / kTicksPerSecond);
    emptyTicks_ = level_ > 0 ? 0 : emptyTicks_ + 1;
    if (emptyTicks_ == kEmptyTicks) rest();
  }
  // Ticks change nothing until something is filled in.
  bool resting() const { return resting_; }

 private:
  // What was not used for so long is no longer owed.
  static constexpr int kEmptyTicks = 3;

  void rest() {
    level_ = rate_ - rate_ / kTicksPerSecond;
    emptyTicks_ = 0;
    resting_ = true;
  }

  double rate_ = 0, capacity_ = 0, level_ = 0;
  int emptyTicks_ = 0;
  bool resting_ = true;
};

class LeakyBucket {
 public:
  struct Limit {
    uint64_t rate = 0;  // 0: none
    // For so many seconds so much instead; 0: never.
    uint64_t burst = 0, burstSeconds = 0;
    bool operator==(const Limit& o) const {
      return rate == o.rate && burst == o.burst && burstSeconds == o.burstSeconds;
    }
    // Others are left alone, and the one in force stays so.
    bool makesSense() const {
      return burst == 0 ? burstSeconds == 0 : rate < burst && burstSeconds >= 1;
    }
  };

  const Limit& limit() const { return limit_; }
  void setLimit(const Limit& limit) {
    limit_ = limit;
    const auto rate = static_cast<double>(limit.rate), burst = static_cast<double>(limit.burst);
    const double more = burst + (burst - rate) * (static_cast<double>(limit.burstSeconds) - 1);
    sustained_.reset(rate, bursts() ? more : rate);
    burst_.reset(burst, burst);
  }

  // Takes as much as there is room for, and gives back what is left.
  double take(double cost) {
    if (limit_.rate == 0) return 0;
    const double fits = std::min({cost, sustained_.room(), bursts() ? burst_.room() : cost});
    sustained_.fill(fits);
    if (bursts()) burst_.fill(fits);
    return cost - fits < kNothing ? 0 : cost - fits;
  }
  void tick() {
    sustained_.tick();
    burst_.tick();
  }
  bool resting() const { return sustained_.resting() && burst_.resting(); }

 private:
  // Below the smallest cost, 1, and above what sums of fiftieths are off by.
  static constexpr double kNothing = 1e-6;
  bool bursts() const { return limit_.burst != 0; }

  Limit limit_;
  LeakyLevel sustained_, burst_;
};

}  // namespace curve
