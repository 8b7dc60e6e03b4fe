// Ticks a throttle, as long as there is something in it to tick.
#pragma once

#include "net/loop.h"
#include "volume/throttle.h"

namespace curve {

class ThrottleClock {
 public:
  ThrottleClock(net::Loop& loop, Throttle& throttle) : loop_(loop), throttle_(throttle) {}
  ~ThrottleClock() { loop_.cancel(timer_); }

  // For after every call of the throttle that may have ended its rest.
  void wake() {
    if (timer_.second == 0 && !throttle_.resting()) set(loop_.now() + kTick);
  }

 private:
  static constexpr net::Micros kTick{1'000'000 / kTicksPerSecond};

  void set(net::Clock::time_point when) {
    timer_ = loop_.at(when, [this, when] { ring(when); });
  }

  // Ticks that were missed are made up for, or a busy loop would lower the limits.
  void ring(net::Clock::time_point when) {
    timer_ = {};
    for (; when <= net::Clock::now() && !throttle_.resting(); when += kTick) throttle_.tick();
    if (!throttle_.resting()) set(when);
  }

  net::Loop& loop_;
  Throttle& throttle_;
  net::Loop::Timer timer_{};
};

}  // namespace curve
