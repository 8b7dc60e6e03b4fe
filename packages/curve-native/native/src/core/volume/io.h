// One read or write call: its range resolved to chunks, cut into requests, and put together again.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <vector>

#include "failure.h"
#include "net/loop.h"
#include "volume/chunk_request.h"
#include "volume/geometry.h"

namespace curve {

class Volume;

class Io {
 public:
  using Done = std::function<void(const Outcome&)>;

  Io(Volume& volume, bool write, uint64_t offset, uint8_t* data, uint64_t length, Done done);
  // Destroying an I/O that is not done cancels it: its buffer is not touched any more.
  ~Io();
  Io(Io&&) = delete;

  bool isWrite() const { return write_; }
  // `done` runs exactly once, and never from inside start().
  void start();
  // Ends it with this failure, whatever its requests are at.
  void abandon(Failure failure);
  // How often that was tried which it is waiting for.
  uint64_t attempts() const;
  // One of its requests has ended.
  void requestDone(const Outcome& failure);

 private:
  void locate();
  void resolve();
  void segmentAnswered(uint64_t segmentOffset, SegmentMap::Answer answer, const Outcome& failure);
  void sendRequests();
  void dropRequests();
  void readHole(const Piece& piece);
  void finish();
  void finishSoon(const Outcome& outcome);

  Volume& volume_;
  const bool write_;
  const uint64_t offset_;
  uint8_t* const data_;
  const uint64_t length_;
  Done done_;
  std::vector<Piece> pieces_;
  std::deque<ChunkRequest> requests_;
  // Reads of a lazy clone's source. A list, since a deque's elements must be of a complete type.
  std::list<Io> sourceReads_;
  uint64_t pending_ = 0;
  Outcome failure_;
  net::Loop::Timer timer_{};
};

}  // namespace curve
