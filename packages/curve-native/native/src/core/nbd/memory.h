// Memory of requests, used again, so that a request allocates none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace curve::nbd {

// Of one request, with room for a reply's header before the data, so that both are sent in one piece.
class Memory {
 public:
  static constexpr size_t kHead = 32;

  Memory() = default;
  explicit Memory(size_t capacity) : bytes_(new uint8_t[kHead + capacity]), capacity_(capacity) {}

  explicit operator bool() const { return bytes_ != nullptr; }
  uint8_t* data() const { return bytes_.get() + kHead; }
  size_t capacity() const { return capacity_; }

 private:
  std::unique_ptr<uint8_t[]> bytes_;
  size_t capacity_ = 0;
};

class MemoryPool {
 public:
  // For so many bytes of data. What is in it is whatever was in it.
  Memory take(size_t length) {
    size_t kind = 0;
    while (capacityOf(kind) < length) kind++;
    if (kind >= free_.size() || free_[kind].empty()) return Memory(capacityOf(kind));
    Memory memory = std::move(free_[kind].back());
    free_[kind].pop_back();
    kept_ -= memory.capacity();
    return memory;
  }

  // Nobody uses it any more.
  void give(Memory memory) {
    if (!memory || kept_ + memory.capacity() > kKept) return;
    size_t kind = 0;
    while (capacityOf(kind) < memory.capacity()) kind++;
    if (capacityOf(kind) != memory.capacity()) return;
    if (free_.size() <= kind) free_.resize(kind + 1);
    kept_ += memory.capacity();
    free_[kind].push_back(std::move(memory));
  }

 private:
  // Bytes that are kept for the next requests.
  static constexpr size_t kKept = 32 << 20;
  static constexpr size_t capacityOf(size_t kind) { return size_t{4096} << kind; }

  // By size.
  std::vector<std::vector<Memory>> free_;
  size_t kept_ = 0;
};

}  // namespace curve::nbd
