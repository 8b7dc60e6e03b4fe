// Requests and replies of NBD's transmission phase, as far as the client's thread deals with them itself (doc/proto.md of
// the NBD project).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace curve::nbd {

constexpr size_t kRequestSize = 28;
constexpr size_t kSimpleReplySize = 16;
constexpr size_t kDataHeaderSize = 28;
// Bytes of one read or write; what clients expect of servers that do not say.
constexpr uint32_t kMaxPayload = 32u << 20;

namespace command {
constexpr uint16_t kRead = 0, kWrite = 1, kDisconnect = 2, kFlush = 3;
}
namespace flag {
constexpr uint16_t kFua = 1, kDontFragment = 4;
}

struct Request {
  // As it came.
  std::array<uint8_t, kRequestSize> bytes;
  uint16_t flags = 0;
  uint16_t command = 0;
  uint64_t cookie = 0;
  uint64_t offset = 0;
  uint32_t length = 0;
};

// False if it does not begin as requests do.
bool decode(const uint8_t* bytes, Request& request);
// That the request was done.
void encodeSimpleReply(uint8_t* to, const Request& request);
// Before the data of the one chunk that answers a read.
void encodeDataHeader(uint8_t* to, const Request& request);

}  // namespace curve::nbd
