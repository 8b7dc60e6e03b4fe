#include "volume/throttle.h"

#include <algorithm>

namespace curve {

void Throttle::update(const std::optional<wire::FileThrottleParams>& params) {
  std::array<LeakyBucket::Limit, 6> limits;
  if (params) {
    for (const auto& p : params->params) {
      // Others are never decoded.
      const auto type = static_cast<size_t>(p.type.value - 1);
      if (type < limits.size()) limits[type] = {p.limit, p.burst.value_or(0), p.burstLength.value_or(0)};
    }
  }
  for (size_t type = 0; type < gates_.size(); type++) {
    LeakyBucket& bucket = gates_[type].bucket;
    if (limits[type].makesSense() && !(limits[type] == bucket.limit())) bucket.setLimit(limits[type]);
  }
}

bool Throttle::admit(Call& call, bool write, uint64_t bytes) {
  if (!enabled_) return true;
  call.write_ = write;
  call.bytes_ = static_cast<double>(bytes);
  call.type_ = 0;
  call.owed_ = costOf(call, 0);
  return advance(call);
}

bool Throttle::advance(Call& call) {
  for (;;) {
    Gate& gate = gates_[call.type_];
    if (call.owed_ > 0 && gate.bucket.limit().rate != 0) {
      if (gate.queue.empty()) call.owed_ = gate.bucket.take(call.owed_);
      if (call.owed_ > 0) {
        gate.queue.pushBack(call);
        return false;
      }
    }
    if (++call.type_ == gates_.size()) return true;
    call.owed_ = costOf(call, call.type_);
  }
}

void Throttle::tick() {
  for (Gate& gate : gates_) {
    gate.bucket.tick();
    while (!gate.queue.empty()) {
      Call& first = gate.queue.front();
      first.owed_ = gate.bucket.take(first.owed_);
      if (first.owed_ > 0) break;
      first.leave();
      if (advance(first)) admitted_.pushBack(first);
    }
  }
  // Told when all is counted: what is told may withdraw others, or make new calls.
  while (!admitted_.empty()) {
    Call& call = admitted_.front();
    call.leave();
    call.admitted();
  }
}

bool Throttle::resting() const {
  if (!enabled_) return true;
  return std::all_of(gates_.begin(), gates_.end(),
                     [](const Gate& gate) { return gate.queue.empty() && gate.bucket.resting(); });
}

// 0 where the limit is not about such calls.
double Throttle::costOf(const Call& call, size_t type) {
  // Of all, of reads, of writes.
  const size_t direction = type % 3;
  if (direction != 0 && (direction == 2) != call.write_) return 0;
  return type < 3 ? 1 : call.bytes_;
}

}  // namespace curve
