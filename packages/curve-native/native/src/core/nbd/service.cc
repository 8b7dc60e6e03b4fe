#include "nbd/service.h"

namespace curve::nbd {

void Service::attendSoon(Attendant& attendant) {
  if (!attendant.isIn()) attending_.pushBack(attendant);
  if (scheduled_) return;
  scheduled_ = true;
  loop_.defer([this] { attend(); });
}

void Service::attend() {
  scheduled_ = false;
  if (serves_) {
    serves_ = false;
    // The first in the line tries; once it has what it wants, so does the next.
    while (!waiting_.empty()) {
      Waiter& first = waiting_.front();
      first.onRoom();
      if (!waiting_.empty() && &waiting_.front() == &first) break;
    }
  }
  while (!attending_.empty()) {
    Attendant& next = attending_.front();
    next.leave();
    next.attend();
  }
}

bool Service::take(uint64_t bytes, uint64_t total, Waiter& waiter) {
  const bool first = waiting_.empty() || &waiting_.front() == &waiter;
  const bool fits = used_ == 0 || used_ + bytes <= total;
  if (bytes == 0 || (first && fits)) {
    leave(waiter);
    used_ += bytes;
    return true;
  }
  if (!waiter.isIn()) waiting_.pushBack(waiter);
  return false;
}

void Service::give(uint64_t bytes) {
  used_ -= bytes;
  if (bytes > 0) serveSoon();
}

void Service::leave(Waiter& waiter) {
  if (!waiter.isIn()) return;
  waiter.leave();
  serveSoon();
}

void Service::serveSoon() {
  if (waiting_.empty() || serves_) return;
  serves_ = true;
  if (scheduled_) return;
  scheduled_ = true;
  loop_.defer([this] { attend(); });
}

}  // namespace curve::nbd
