// A set of numbers as the intervals it consists of, so that a large range costs no more than a small one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>

namespace curve {

class IntervalSet {
 public:
  struct Interval {
    uint64_t begin, end;
  };

  void add(uint64_t begin, uint64_t end) {
    if (begin >= end) return;
    auto it = intervals_.upper_bound(begin);
    if (it != intervals_.begin() && std::prev(it)->second >= begin) --it;
    while (it != intervals_.end() && it->first <= end) {
      begin = std::min(begin, it->first);
      end = std::max(end, it->second);
      it = intervals_.erase(it);
    }
    intervals_.emplace_hint(it, begin, end);
  }

  void remove(uint64_t begin, uint64_t end) {
    if (begin >= end) return;
    auto it = intervals_.upper_bound(begin);
    if (it != intervals_.begin() && std::prev(it)->second > begin) --it;
    while (it != intervals_.end() && it->first < end) {
      const Interval old{it->first, it->second};
      it = intervals_.erase(it);
      if (old.begin < begin) intervals_.emplace_hint(it, old.begin, begin);
      if (old.end > end) it = intervals_.emplace_hint(it, end, old.end);
    }
  }

  // The first interval that ends behind `at`.
  std::optional<Interval> next(uint64_t at) const {
    auto it = intervals_.upper_bound(at);
    if (it != intervals_.begin() && std::prev(it)->second > at) --it;
    if (it == intervals_.end()) return std::nullopt;
    return Interval{it->first, it->second};
  }

  bool contains(uint64_t at) const {
    const auto interval = next(at);
    return interval && interval->begin <= at;
  }

  bool empty() const { return intervals_.empty(); }
  void clear() { intervals_.clear(); }
  // How many intervals there are.
  size_t count() const { return intervals_.size(); }

 private:
  // End by begin; none overlaps or touches another.
  std::map<uint64_t, uint64_t> intervals_;
};

}  // namespace curve
