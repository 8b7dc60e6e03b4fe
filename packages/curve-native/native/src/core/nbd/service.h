// What the transmissions of a client share: memory, a bound on what all of them have under way, and the end of a round, when
// each does at once what has gathered.
#pragma once

#include <cstdint>

#include "linked_list.h"
#include "nbd/memory.h"
#include "net/loop.h"
#include "stats.h"

namespace curve::nbd {

class Service {
 public:
  // Has something to do before the loop waits again.
  class Attendant : public LinkedList<Attendant>::Link {
   protected:
    ~Attendant() = default;

   private:
    friend class Service;
    virtual void attend() = 0;
  };
  // Waits for bytes of the budget.
  class Waiter : public LinkedList<Waiter>::Link {
   protected:
    ~Waiter() = default;

   private:
    friend class Service;
    virtual void onRoom() = 0;
  };

  Service(net::Loop& loop, Stats& stats) : loop_(loop), stats_(stats) {}
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  net::Loop& loop() { return loop_; }
  Stats& stats() { return stats_; }
  MemoryPool& pool() { return pool_; }

  void attendSoon(Attendant& attendant);

  // Takes bytes, if all together then have no more than `total` and nobody has waited for longer; else onRoom() is called
  // when it is time to try again. What is more than all is taken when nobody else has any.
  bool take(uint64_t bytes, uint64_t total, Waiter& waiter);
  void give(uint64_t bytes);
  // Whoever waits no longer must not hold up the others.
  void leave(Waiter& waiter);

 private:
  void serveSoon();
  void attend();

  net::Loop& loop_;
  Stats& stats_;
  MemoryPool pool_;
  uint64_t used_ = 0;
  LinkedList<Waiter> waiting_;
  LinkedList<Attendant> attending_;
  bool serves_ = false, scheduled_ = false;
};

}  // namespace curve::nbd
