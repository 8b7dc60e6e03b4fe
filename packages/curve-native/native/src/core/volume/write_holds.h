// Keeps blocks that somebody reads, changes and writes back whole, against writes that come from elsewhere: while a range is
// held none of those is under way in it. It is for writes that begin on the client's own thread (nbd/); callers' own calls
// take turns before they come here.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "linked_list.h"

namespace curve {

class WriteHolds {
 public:
  class Write : public LinkedList<Write>::Link {
   protected:
    ~Write() = default;

   private:
    friend class WriteHolds;
    // The hold that it waited for has ended.
    virtual void mayBegin() = 0;
    uint64_t begin_ = 0, end_ = 0;
  };

  // From now on it is under way. False when its range is held: it waits until mayBegin().
  bool begin(Write& write, uint64_t begin, uint64_t end);
  // Nothing happens for one that is not under way, or waits no more.
  void end(Write& write);

  // `held` runs once, when no write is under way in the range any more, or the hold is released.
  void hold(uint64_t id, uint64_t begin, uint64_t end, std::function<void()> held);
  void release(uint64_t id);

 private:
  struct Hold {
    uint64_t begin, end;
    std::function<void()> held;
    LinkedList<Write> waiting;
    bool meets(const Write& write) const { return write.begin_ < end && begin < write.end_; }
  };
  bool isFree(const Hold& hold);

  LinkedList<Write> underWay_;
  std::map<uint64_t, Hold> holds_;
};

}  // namespace curve
