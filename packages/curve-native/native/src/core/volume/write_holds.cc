#include "volume/write_holds.h"

#include <utility>
#include <vector>

namespace curve {

bool WriteHolds::begin(Write& write, uint64_t begin, uint64_t end) {
  write.begin_ = begin;
  write.end_ = end;
  for (auto& [id, hold] : holds_) {
    if (!hold.meets(write)) continue;
    hold.waiting.pushBack(write);
    return false;
  }
  underWay_.pushBack(write);
  return true;
}

void WriteHolds::end(Write& write) {
  if (!write.isIn()) return;
  write.leave();
  if (holds_.empty()) return;
  std::vector<std::function<void()>> held;
  for (auto& [id, hold] : holds_) {
    if (hold.held && hold.meets(write) && isFree(hold)) held.push_back(std::exchange(hold.held, nullptr));
  }
  for (const auto& tell : held) tell();
}

void WriteHolds::hold(uint64_t id, uint64_t begin, uint64_t end, std::function<void()> held) {
  Hold& hold = holds_[id];
  hold.begin = begin;
  hold.end = end;
  if (!isFree(hold)) {
    hold.held = std::move(held);
    return;
  }
  held();
}

void WriteHolds::release(uint64_t id) {
  auto node = holds_.extract(id);
  if (node.empty()) return;
  Hold& hold = node.mapped();
  if (hold.held) std::exchange(hold.held, nullptr)();
  // One that meets another hold joins the writes that wait for that.
  while (!hold.waiting.empty()) {
    Write& write = hold.waiting.front();
    write.leave();
    write.mayBegin();
  }
}

bool WriteHolds::isFree(const Hold& hold) {
  bool free = true;
  underWay_.each([&](const Write& write) { free = free && !hold.meets(write); });
  return free;
}

}  // namespace curve
