// Bounds the chunk requests of an open volume in flight, and holds all of them back while its lease is refused.
#pragma once

#include <cstddef>
#include <cstdint>

#include "linked_list.h"

namespace curve {

class ChunkRequest;

class RequestWindow {
 public:
  using Place = LinkedList<ChunkRequest>::Link;

  explicit RequestWindow(uint64_t limit) : limit_(limit) {}

  // Until it begins, the request may leave its place.
  void submit(ChunkRequest& request);
  // A request that had begun has ended.
  void release();
  // A request that had begun waits again, before all others.
  void requeue(ChunkRequest& request);
  bool blocked() const { return blocked_; }
  void setBlocked(bool blocked);

 private:
  void pump();

  const uint64_t limit_;
  uint64_t inFlight_ = 0;
  bool blocked_ = false;
  LinkedList<ChunkRequest> waiting_;
};

}  // namespace curve
