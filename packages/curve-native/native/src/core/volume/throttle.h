// throttle.enable: the volume's own limits, applied to a read or write before it is split. Each kind of limit is waited
// for before the next one is asked, and the call that is too large waits itself, not those after it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "linked_list.h"
#include "volume/leaky_bucket.h"
#include "wire/messages.h"

namespace curve {

class Throttle {
 public:
  // A read or write that asks to go on.
  class Call : public LinkedList<Call>::Link {
   public:
    // Its turn has come. Never from inside admit().
    virtual void admitted() = 0;

   protected:
    ~Call() = default;

   private:
    friend class Throttle;
    bool write_ = false;
    double bytes_ = 0;
    // The limit that it has come to, and what it owes there.
    size_t type_ = 0;
    double owed_ = 0;
  };

  explicit Throttle(bool enabled) : enabled_(enabled) {}

  // Limits that differ from those in force begin anew.
  void update(const std::optional<wire::FileThrottleParams>& params);
  // Whether the call may go on at once. If not it will be admitted by a tick, unless it is withdrawn before.
  bool admit(Call& call, bool write, uint64_t bytes);
  // Harmless for a call that does not wait. What it has taken so far stays taken.
  void withdraw(Call& call) { call.leave(); }
  void tick();
  // Ticks change nothing until the next call or update.
  bool resting() const;

 private:
  struct Gate {
    LeakyBucket bucket;
    LinkedList<Call> queue;
  };

  // Asks the limits that are left, and queues up at the first that has no room.
  bool advance(Call& call);
  static double costOf(const Call& call, size_t type);

  const bool enabled_;
  // By ThrottleType less 1, in the order in which they are asked.
  std::array<Gate, 6> gates_;
  LinkedList<Call> admitted_;
};

}  // namespace curve
