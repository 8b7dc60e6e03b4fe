// Takes requests apart as bytes arrive. It owns no socket: prepare() says where the next bytes are wanted, received() is
// told how many came. The data of writes stays where it was received: small ones lie one after the other in blocks, which
// they keep from being used again, large ones are received in memory of their own.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "nbd/memory.h"
#include "nbd/protocol.h"

namespace curve::nbd {

class Intake {
 public:
  static constexpr size_t kBlock = 128 << 10;
  using Block = std::unique_ptr<uint8_t[]>;

  enum class Next { none, request, nonsense };
  enum class Keep { shared, alone, notAtAll };

  // A write's data, where it lies until this goes.
  struct Data {
    uint8_t* bytes = nullptr;
    // Either of these holds it.
    Memory memory;
    std::shared_ptr<Block> block;
  };

  explicit Intake(MemoryPool& pool) : pool_(pool) {}
  ~Intake() { clear(); }

  // What comes next, once the data of the request before has been taken.
  Next next(Request& request) const;
  // Goes on to what is behind the request.
  void take() { begin_ += kRequestSize; }
  // That is data: in memory that may be shared with other requests, or that is no other's ever, or dropped.
  void expect(size_t length, Keep keep);
  bool expects() const { return expects_; }
  bool hasData() const { return expects_ && (keep_ == Keep::shared && !memory_ ? staged() : got_) >= expected_; }
  Data takeData();

  // Number of buffers (1 or 2) to receive in.
  int prepare(iovec (&buffers)[2]);
  void received(size_t size);
  // Whether the client has begun what it has not ended.
  bool isWithin() const { return expects_ || staged() > 0; }
  // Forgets everything.
  void clear();

 private:
  size_t staged() const { return end_ - begin_; }
  uint8_t* block() { return blocks_[current_]->get(); }
  bool isReserve() const { return current_ + 1 == kBlocks; }
  bool isShared(size_t index) const { return blocks_[index].use_count() > 1; }
  // Goes on at the beginning of a block that nobody uses.
  void renew();
  // Moves what is staged of the data to where it belongs.
  void moveStaged();

  // So many at most; the last is for when all others are in use, and nothing stays in it.
  static constexpr size_t kBlocks = 8;

  MemoryPool& pool_;
  std::vector<std::shared_ptr<Block>> blocks_;
  size_t current_ = 0;
  // What lies in the current block and has not been taken.
  size_t begin_ = 0, end_ = 0;
  bool expects_ = false;
  Keep keep_ = Keep::shared;
  size_t expected_ = 0;
  // So much of it is in memory_, or dropped.
  size_t got_ = 0;
  Memory memory_;
};

}  // namespace curve::nbd
