// Lets so many go at a time; the others wait in line.
#pragma once

#include <cstddef>
#include <functional>
#include <utility>

#include "linked_list.h"
#include "net/loop.h"

namespace curve {

class Turns {
 public:
  Turns(net::Loop& loop, size_t places) : loop_(loop), free_(places) {}

  // Somebody who goes, or waits for it; for no longer than it exists.
  class Turn : public LinkedList<Turn>::Link {
   public:
    ~Turn() { end(); }
    // `go` is called at once, or from the loop when there is a place.
    void await(Turns& turns, std::function<void()> go);
    // Its place is free, or it waits no longer.
    void end();

   private:
    friend class Turns;
    // Null: it has no place.
    Turns* turns_ = nullptr;
    std::function<void()> go_;
  };

 private:
  void admit();

  net::Loop& loop_;
  size_t free_;
  bool admits_ = false;
  LinkedList<Turn> line_;
};

inline void Turns::Turn::await(Turns& turns, std::function<void()> go) {
  go_ = std::move(go);
  turns.line_.pushBack(*this);
  if (turns.free_ > 0 && !turns.admits_) turns.admit();
}

inline void Turns::Turn::end() {
  leave();
  if (!turns_) return;
  Turns& turns = *std::exchange(turns_, nullptr);
  turns.free_++;
  if (turns.admits_ || turns.line_.empty()) return;
  turns.admits_ = true;
  // Not from here, where many may be ending.
  turns.loop_.defer([&turns] {
    turns.admits_ = false;
    turns.admit();
  });
}

inline void Turns::admit() {
  while (free_ > 0 && !line_.empty()) {
    Turn& next = line_.front();
    next.leave();
    next.turns_ = this;
    free_--;
    // It may end the turn, and be gone.
    const auto go = std::move(next.go_);
    go();
  }
}

}  // namespace curve
