// While a copyset elects a leader its members name each other, and requests would go round as fast as the network
// lets them. Once a redirect leads back to a member that has redirected us before, the copyset's requests pause, longer
// each time, and then one of them goes ahead to see whether somebody serves.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "net/endpoint.h"
#include "net/loop.h"

namespace curve {

class RedirectBrake {
 public:
  // Sends of the same round count together.
  uint64_t round() const { return round_; }

  // How long `request` has to wait before it may ask `mayGo` again; 0: it may be sent.
  net::Micros mayGo(const void* request, net::Clock::time_point now) {
    if (now < until_) return std::chrono::duration_cast<net::Micros>(until_ - now) + net::Micros(1);
    if (pauses_ == 0) return net::Micros(0);
    if (!scout_) scout_ = request;
    return scout_ == request ? net::Micros(0) : pause_;
  }

  // A send of `round` was redirected by `by`, and would go on to `next` (null: nobody knows). The first pause is
  // `shortest`, the next ones are twice as long each, up to `longest`.
  void redirected(uint64_t round, const net::Endpoint& by, const net::Endpoint* next, net::Clock::time_point now,
                  net::Micros shortest, net::Micros longest) {
    if (round != round_) return;  // sent before the pause that is on
    asked_.push_back(by);
    if (next && std::find(asked_.begin(), asked_.end(), *next) == asked_.end()) return;
    pause_ = pauses_ == 0 ? shortest : std::min(2 * pause_, longest);
    pauses_++;
    until_ = now + pause_;
    round_++;
    asked_.clear();
    scout_ = nullptr;
  }

  // A member has served.
  void served() {
    if (pauses_ == 0 && asked_.empty()) return;
    pauses_ = 0;
    until_ = {};
    asked_.clear();
    scout_ = nullptr;
  }

  // `request` is not under way any more: it has failed otherwise, or is being destroyed.
  void leave(const void* request) {
    if (scout_ == request) scout_ = nullptr;
  }

 private:
  uint64_t round_ = 0;
  uint64_t pauses_ = 0;  // since somebody served
  net::Micros pause_{0};
  net::Clock::time_point until_{};
  std::vector<net::Endpoint> asked_;  // in this round
  const void* scout_ = nullptr;
};

}  // namespace curve
