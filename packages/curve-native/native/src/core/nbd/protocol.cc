#include "nbd/protocol.h"

#include <algorithm>

namespace curve::nbd {

namespace {

constexpr uint32_t kRequestMagic = 0x25609513, kSimpleMagic = 0x67446698, kStructuredMagic = 0x668e33ef;
constexpr uint16_t kDone = 1, kOffsetData = 1;

template <class Number>
Number get(const uint8_t* from) {
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof(Number); i++) value = value << 8 | from[i];
  return static_cast<Number>(value);
}

template <class Number>
void put(uint8_t* to, Number value) {
  for (size_t i = 0; i < sizeof(Number); i++) to[i] = static_cast<uint8_t>(value >> 8 * (sizeof(Number) - 1 - i));
}

}  // namespace

bool decode(const uint8_t* bytes, Request& request) {
  if (get<uint32_t>(bytes) != kRequestMagic) return false;
  std::copy(bytes, bytes + kRequestSize, request.bytes.begin());
  request.flags = get<uint16_t>(bytes + 4);
  request.command = get<uint16_t>(bytes + 6);
  request.cookie = get<uint64_t>(bytes + 8);
  request.offset = get<uint64_t>(bytes + 16);
  request.length = get<uint32_t>(bytes + 24);
  return true;
}

void encodeSimpleReply(uint8_t* to, const Request& request) {
  put<uint32_t>(to, kSimpleMagic);
  put<uint32_t>(to + 4, 0);
  put<uint64_t>(to + 8, request.cookie);
}

void encodeDataHeader(uint8_t* to, const Request& request) {
  put<uint32_t>(to, kStructuredMagic);
  put<uint16_t>(to + 4, kDone);
  put<uint16_t>(to + 6, kOffsetData);
  put<uint64_t>(to + 8, request.cookie);
  put<uint32_t>(to + 16, 8 + request.length);
  put<uint64_t>(to + 20, request.offset);
}

}  // namespace curve::nbd
