#include "nbd/intake.h"

#include <algorithm>
#include <cstring>

namespace curve::nbd {

namespace {
// Data up to this stays in the block; of what is larger little is there when its request has been read.
constexpr size_t kSmall = 32 << 10;
// Bytes that are worth receiving at a time.
constexpr size_t kLittle = 16 << 10;
// What is taken in behind large data must be copied if it is data as well.
constexpr size_t kBehindLarge = 1024;
}  // namespace

Intake::Next Intake::next(Request& request) const {
  if (expects_ || staged() < kRequestSize) return Next::none;
  return decode(blocks_[current_]->get() + begin_, request) ? Next::request : Next::nonsense;
}

void Intake::expect(size_t length, Keep keep) {
  expects_ = true;
  keep_ = keep;
  expected_ = length;
  got_ = 0;
  if (keep == Keep::alone) memory_ = Memory(length);
  if (keep == Keep::shared && length > kSmall) memory_ = pool_.take(length);
  if (keep == Keep::shared && !memory_ && begin_ + length > kBlock) renew();
  moveStaged();
}

void Intake::moveStaged() {
  if (!expects_ || (keep_ == Keep::shared && !memory_)) return;
  const size_t size = std::min(staged(), expected_ - got_);
  if (memory_ && size > 0) std::memcpy(memory_.data() + got_, block() + begin_, size);
  begin_ += size;
  got_ += size;
}

Intake::Data Intake::takeData() {
  expects_ = false;
  Data data;
  if (keep_ == Keep::shared && !memory_) {
    if (isReserve()) {
      data.memory = pool_.take(expected_);
      std::memcpy(data.memory.data(), block() + begin_, expected_);
      data.bytes = data.memory.data();
    } else {
      data.block = blocks_[current_];
      data.bytes = block() + begin_;
    }
    begin_ += expected_;
  } else if (memory_) {
    data.memory = std::exchange(memory_, {});
    data.bytes = data.memory.data();
  }
  return data;
}

int Intake::prepare(iovec (&buffers)[2]) {
  if (blocks_.empty()) blocks_.push_back(std::make_shared<Block>(new uint8_t[kBlock]));
  if (begin_ == end_ && !isShared(current_)) begin_ = end_ = 0;
  if (kBlock - end_ < kLittle) renew();
  uint8_t* const at = block() + end_;
  const size_t room = kBlock - end_;
  if (!expects_ || !memory_ || got_ == expected_) {
    buffers[0] = {at, room};
    return 1;
  }
  buffers[0] = {memory_.data() + got_, expected_ - got_};
  buffers[1] = {at, std::min(room, kBehindLarge)};
  return 2;
}

void Intake::received(size_t size) {
  const size_t direct = expects_ && memory_ ? std::min(size, expected_ - got_) : 0;
  got_ += direct;
  end_ += size - direct;
  moveStaged();
}

void Intake::renew() {
  uint8_t* const from = block() + begin_;
  const size_t size = staged();
  if (isShared(current_)) {
    size_t index = 0;
    while (index < blocks_.size() && isShared(index)) index++;
    // The reserve is never shared, so there are no more than kBlocks.
    if (index == blocks_.size()) blocks_.push_back(std::make_shared<Block>(new uint8_t[kBlock]));
    current_ = index;
    std::memcpy(block(), from, size);
  } else {
    std::memmove(block(), from, size);
  }
  begin_ = 0;
  end_ = size;
}

void Intake::clear() {
  expects_ = false;
  begin_ = end_ = 0;
  if (keep_ == Keep::shared) pool_.give(std::exchange(memory_, {}));
  memory_ = {};
  if (!blocks_.empty() && isShared(current_)) renew();
}

}  // namespace curve::nbd
