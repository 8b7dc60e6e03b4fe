// What NBD clients send, taken apart in pieces of any size: hostile bytes, and conversations whose writes must have the bytes
// that were sent, however long they are kept. The first byte chooses.
#include <sys/uio.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <string>
#include <utility>

#include "nbd/intake.h"

namespace {

using namespace curve;
using nbd::Intake;

constexpr size_t kMost = 1 << 20;

class Conversation {
 public:
  // `kept`: how many writes are under way at a time.
  Conversation(const std::string& bytes, size_t kept) : bytes_(bytes), kept_(kept) {}
  ~Conversation() {
    while (!writes_.empty()) end();
  }

  // False when it makes no sense.
  bool run(size_t step) {
    for (size_t at = 0; at < bytes_.size();) {
      iovec buffers[2];
      const int count = intake_.prepare(buffers);
      size_t taken = 0;
      for (int i = 0; i < count; i++) {
        const size_t n = std::min({buffers[i].iov_len, bytes_.size() - at - taken, step - taken});
        std::memcpy(buffers[i].iov_base, bytes_.data() + at + taken, n);
        taken += n;
        if (n < buffers[i].iov_len) break;
      }
      if (taken == 0) std::abort();
      at += taken;
      intake_.received(taken);
      if (!take()) return false;
    }
    return true;
  }

  // Whether nothing has been begun that has not ended.
  bool isOver() const { return !intake_.isWithin(); }

 private:
  struct Write {
    Intake::Data data;
    size_t at, length;
  };

  bool take() {
    for (;;) {
      if (intake_.expects()) {
        if (!intake_.hasData()) return true;
        writes_.push_back({intake_.takeData(), at_, length_});
        at_ += length_;
        if (writes_.size() > kept_) end();
        continue;
      }
      nbd::Request request;
      const Intake::Next next = intake_.next(request);
      if (next == Intake::Next::none) return true;
      if (next == Intake::Next::nonsense) return false;
      if (std::memcmp(request.bytes.data(), bytes_.data() + at_, nbd::kRequestSize) != 0) std::abort();
      intake_.take();
      at_ += nbd::kRequestSize;
      if (request.command != nbd::command::kWrite) continue;
      length_ = request.length;
      const Intake::Keep keep = length_ > kMost           ? Intake::Keep::notAtAll
                                : request.flags % 2 == 1 ? Intake::Keep::alone
                                                         : Intake::Keep::shared;
      intake_.expect(length_, keep);
    }
  }

  void end() {
    Write& first = writes_.front();
    if (first.data.bytes && std::memcmp(first.data.bytes, bytes_.data() + first.at, first.length) != 0) std::abort();
    pool_.give(std::move(first.data.memory));
    writes_.pop_front();
  }

  const std::string& bytes_;
  const size_t kept_;
  nbd::MemoryPool pool_;
  Intake intake_{pool_};
  std::deque<Write> writes_;
  // Where what has been taken ends.
  size_t at_ = 0, length_ = 0;
};

void request(std::string& to, uint16_t flags, uint16_t command, uint32_t length) {
  const unsigned char magic[] = {0x25, 0x60, 0x95, 0x13};
  to.append(reinterpret_cast<const char*>(magic), sizeof magic);
  for (const uint16_t number : {flags, command}) {
    to.push_back(static_cast<char>(number >> 8));
    to.push_back(static_cast<char>(number));
  }
  to.append(16, '\1');
  for (int shift = 24; shift >= 0; shift -= 8) to.push_back(static_cast<char>(length >> shift));
}

// Each two bytes are a request.
std::string conversation(const uint8_t* data, size_t size) {
  std::string bytes;
  for (size_t i = 0; i + 1 < size && bytes.size() < (4u << 20); i += 2) {
    const uint16_t flags = data[i] % 2;
    const bool write = data[i] % 8 > 1;
    // Small ones mostly, and some of every size.
    const uint32_t length = data[i] % 16 == 15 ? data[i + 1] * 1500u : data[i + 1] * 40u;
    request(bytes, flags, write ? 1 : 0, length);
    if (write) {
      for (uint32_t n = 0; n < length; n++) bytes.push_back(static_cast<char>(n * 31 + i + data[i + 1]));
    }
  }
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  const size_t step = (data[1] + 1u) * (data[1] % 4 == 0 ? 997u : 37u);
  if (data[0] % 2 == 0) {
    const std::string bytes(reinterpret_cast<const char*>(data) + 3, size - 3);
    Conversation(bytes, data[2]).run(step);
    return 0;
  }
  const std::string bytes = conversation(data + 3, std::min<size_t>(size - 3, 512));
  Conversation whole(bytes, data[2]);
  if (!whole.run(step) || !whole.isOver()) std::abort();
  return 0;
}
