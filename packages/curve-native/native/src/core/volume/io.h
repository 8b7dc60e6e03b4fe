// One read or write call: its range resolved to chunks, cut into requests, and put together again. An Io can be used
// for one call after another, and keeps its memory in between.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <vector>

#include "failure.h"
#include "net/loop.h"
#include "volume/chunk_request.h"
#include "volume/clone_source.h"
#include "volume/geometry.h"
#include "volume/late_writes.h"
#include "volume/throttle.h"

namespace curve {

class Descriptor;
class Volume;

class Io final : private Throttle::Call {
 public:
  using Done = std::function<void(const Outcome&)>;

  Io() = default;
  ~Io() { end(); }
  Io(Io&&) = delete;

  // `done` runs exactly once, unless the I/O is ended before, and never from inside start().
  void start(Descriptor& descriptor, bool write, uint64_t offset, uint8_t* data, uint64_t length, Done done);
  // Cancels what is not done: the buffer is not touched any more. Then it may be started again.
  void end();

  bool active() const { return descriptor_ != nullptr; }
  bool isWrite() const { return write_; }
  // Whether any of its pieces is in this segment.
  bool touches(uint64_t segmentOffset) const;
  // Ends it with this failure, whatever its requests are at.
  void abandon(Failure failure);
  // How often that was tried which it is waiting for.
  uint64_t attempts() const;
  // One of its requests has ended.
  void requestDone(const Outcome& failure);

 private:
  void admitted() override { locate(); }
  Volume& volume() const;
  void locate();
  void resolve();
  void segmentAnswered(SegmentMap::Answer answer, const Outcome& failure);
  void sendRequests();
  void cancelAll();
  bool isSourcesHole(const Piece& piece) const;
  bool awaitsSource();
  void readHole(const Piece& piece);
  void finish();
  void finishSoon(const Outcome& outcome);

  Descriptor* descriptor_ = nullptr;
  bool write_ = false;
  uint64_t offset_ = 0;
  uint8_t* data_ = nullptr;
  uint64_t length_ = 0;
  Done done_;
  std::vector<Piece> pieces_;
  std::deque<SegmentMap::Query> queries_;
  LateWrites::Waiter late_;
  CloneSource::Waiter source_;
  // When its places were looked up, holes could be in a clone's source.
  bool wasLazy_ = false;
  std::deque<ChunkRequest> requests_;
  // Reads of a lazy clone's source. A list, since a deque's elements must be of a complete type.
  std::list<Io> sourceReads_;
  uint64_t pending_ = 0;
  Outcome failure_;
  net::Loop::Timer timer_{};
  // This, to be moved into the volume's list and back.
  std::list<Io*> entry_{this};
  const std::list<Io*>::iterator place_ = entry_.begin();
};

}  // namespace curve
