// Just enough protobuf for the benchmark's server and its plain client: varints and length-delimited fields.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

class Message {
 public:
  Message& number(uint32_t field, uint64_t value) {
    varint(field << 3);
    varint(value);
    return *this;
  }
  Message& bytes(uint32_t field, std::string_view value) {
    varint(field << 3 | 2);
    varint(value.size());
    text_.append(value);
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  void varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) text_.push_back(static_cast<char>(value | 0x80));
    text_.push_back(static_cast<char>(value));
  }

  std::string text_;
};

// Walks over the fields of a message that came from a client of this repository, which is trusted to be whole.
class Fields {
 public:
  explicit Fields(std::string_view in) : at_(in.data()), end_(in.data() + in.size()) {}

  bool next() {
    if (at_ >= end_) return false;
    const uint64_t tag = varint();
    field = static_cast<uint32_t>(tag >> 3);
    number = varint();
    if ((tag & 7) == 2) {
      bytes = std::string_view(at_, number);
      at_ += number;
    }
    return true;
  }

  uint32_t field = 0;
  // Of a varint the value, of a string the length.
  uint64_t number = 0;
  std::string_view bytes;

 private:
  uint64_t varint() {
    uint64_t value = 0;
    for (int shift = 0; at_ < end_; shift += 7) {
      const uint8_t byte = static_cast<uint8_t>(*at_++);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return value;
  }

  const char* at_;
  const char* end_;
};

}  // namespace bench
