#include "wire/proto.h"

namespace curve::wire {

namespace {
// Deeper nesting of unknown groups than any real message has; stops a hostile peer from exhausting the stack.
constexpr int kMaxGroupDepth = 32;
constexpr size_t kMaxVarint = 10;

size_t put(char* bytes, uint64_t v) {
  size_t size = 0;
  for (; v >= 0x80; v >>= 7) bytes[size++] = static_cast<char>(v | 0x80);
  bytes[size++] = static_cast<char>(v);
  return size;
}
}  // namespace

void Writer::varint(uint64_t v) {
  char bytes[kMaxVarint];
  out_.append(bytes, put(bytes, v));
}

void Writer::endValue(size_t begin) {
  char bytes[kMaxVarint];
  out_.insert(begin, bytes, put(bytes, out_.size() - begin));
}

void Writer::bytes(uint32_t field, std::string_view v) {
  tag(field, WireType::bytes);
  varint(v.size());
  out_.append(v);
}

bool Reader::varint(uint64_t& v) {
  v = 0;
  for (int shift = 0; shift < 70; shift += 7) {
    if (p_ == end_) return false;
    const uint8_t byte = static_cast<uint8_t>(*p_++);
    if (shift < 64) v |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

bool Reader::tag(uint32_t& field, WireType& type) {
  uint64_t raw;
  if (!varint(raw) || raw > UINT32_MAX) return false;
  field = static_cast<uint32_t>(raw >> 3);
  type = static_cast<WireType>(raw & 7);
  return field != 0 && (raw & 7) <= 5;
}

bool Reader::bytes(std::string_view& v) {
  uint64_t size;
  if (!varint(size) || size > static_cast<uint64_t>(end_ - p_)) return false;
  v = std::string_view(p_, static_cast<size_t>(size));
  p_ += size;
  return true;
}

bool Reader::skip(uint32_t field, WireType type, int depth) {
  uint64_t number;
  std::string_view text;
  switch (type) {
    case WireType::varint:
      return varint(number);
    case WireType::bytes:
      return bytes(text);
    case WireType::fixed32:
    case WireType::fixed64: {
      const ptrdiff_t size = type == WireType::fixed32 ? 4 : 8;
      if (end_ - p_ < size) return false;
      p_ += size;
      return true;
    }
    case WireType::groupStart:
      while (depth < kMaxGroupDepth) {
        uint32_t inner;
        WireType innerType;
        if (!tag(inner, innerType)) return false;
        if (innerType == WireType::groupEnd) return inner == field;
        if (!skip(inner, innerType, depth + 1)) return false;
      }
      return false;
    case WireType::groupEnd:
      return false;
  }
  return false;
}

}  // namespace curve::wire
