// The protobuf wire format for plain structs. A message lists its fields once,
//
//   struct Peer { std::optional<uint64_t> id; …; template <class F> void fields(F& f) { f(1, id); … } };
//
// and both directions are derived from that list. Labels are types: T is required, std::optional<T> optional,
// std::vector<T> repeated; a std::string_view points into what it was decoded from. Only what Curve's messages use is here (proto2, no extensions).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace curve::wire {

// A sint32: zig-zag coded, as topology codes are.
template <class T>
struct Sint32 {
  using Value = T;
  Value value{};
  operator Value() const { return value; }
};

// An enum whose undefined values are treated as absent, as proto2 demands; `Set::defined(int)` says which exist, and
// `Set::Value` is their type.
template <class Set>
struct Enum {
  using Value = typename Set::Value;
  Value value{};
  operator Value() const { return value; }
  static bool defined(int32_t v) { return Set::defined(v); }
};

enum class WireType : uint8_t { varint = 0, fixed64 = 1, bytes = 2, groupStart = 3, groupEnd = 4, fixed32 = 5 };

// Appends fields to a string.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}
  void varint(uint64_t v);
  void tag(uint32_t field, WireType type) { varint(field << 3 | static_cast<uint32_t>(type)); }
  void bytes(uint32_t field, std::string_view v);
  // What is written between the two becomes a length-delimited value.
  size_t beginValue() const { return out_.size(); }
  void endValue(size_t begin);

 private:
  std::string& out_;
};

// Walks the fields of a buffer it does not own. Every step reports malformed input instead of trusting it.
class Reader {
 public:
  explicit Reader(std::string_view in) : p_(in.data()), end_(in.data() + in.size()) {}
  bool done() const { return p_ == end_; }
  bool varint(uint64_t& v);
  bool tag(uint32_t& field, WireType& type);
  bool bytes(std::string_view& v);
  bool skip(uint32_t field, WireType type, int depth = 0);

 private:
  const char* p_;
  const char* end_;
};

namespace detail {

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsEnum : std::false_type {};
template <class S>
struct IsEnum<Enum<S>> : std::true_type {};
template <class T>
struct IsSint32 : std::false_type {};
template <class T>
struct IsSint32<Sint32<T>> : std::true_type {};

template <class T>
constexpr bool isVarint = std::is_integral_v<T> || IsEnum<T>::value || IsSint32<T>::value;

// Negative int32 and enum values travel sign-extended to 64 bits.
template <class T>
uint64_t toVarint(const T& v) {
  if constexpr (IsSint32<T>::value) {
    const int32_t n = static_cast<int32_t>(v.value);
    return static_cast<uint32_t>(n) << 1 ^ static_cast<uint32_t>(n >> 31);
  } else if constexpr (IsEnum<T>::value) {
    return static_cast<uint64_t>(static_cast<int64_t>(v.value));
  } else if constexpr (std::is_signed_v<T>) {
    return static_cast<uint64_t>(static_cast<int64_t>(v));
  } else {
    return v;
  }
}

// False: an undefined enum value, to be treated as if it were not there.
template <class T>
bool fromVarint(uint64_t raw, T& v) {
  if constexpr (IsSint32<T>::value) {
    const uint32_t n = static_cast<uint32_t>(raw);
    v.value = static_cast<typename T::Value>(n >> 1 ^ (~(n & 1) + 1));
  } else if constexpr (IsEnum<T>::value) {
    const int32_t n = static_cast<int32_t>(raw);
    if (!T::defined(n)) return false;
    v.value = static_cast<typename T::Value>(n);
  } else if constexpr (std::is_same_v<T, bool>) {
    v = raw != 0;
  } else {
    v = static_cast<T>(raw);
  }
  return true;
}

}  // namespace detail

// What the items of one message may take in memory. A real message takes some five times its size; an item of two bytes
// may stand for hundreds.
class Budget {
 public:
  explicit Budget(size_t messageSize) : left_(std::min(kMost, kFloor + kTimes * messageSize)) {}
  bool spend(size_t size) {
    if (size > left_) return false;
    left_ -= size;
    return true;
  }

 private:
  static constexpr size_t kTimes = 16, kFloor = size_t{64} << 10, kMost = size_t{256} << 20;
  size_t left_;
};

template <class Message>
bool decode(std::string_view in, Message& message, Budget& budget);

class Encoder {
 public:
  explicit Encoder(std::string& out) : writer_(out) {}

  template <class T>
  void operator()(uint32_t field, const T& v) {
    if constexpr (detail::IsOptional<T>::value) {
      if (v) (*this)(field, *v);
    } else if constexpr (detail::IsVector<T>::value) {
      for (const auto& item : v) (*this)(field, item);
    } else if constexpr (detail::isVarint<T>) {
      writer_.tag(field, WireType::varint);
      writer_.varint(detail::toVarint(v));
    } else if constexpr (std::is_convertible_v<T, std::string_view>) {
      writer_.bytes(field, v);
    } else {
      writer_.tag(field, WireType::bytes);
      const size_t begin = writer_.beginValue();
      message(v);
      writer_.endValue(begin);
    }
  }

  template <class Message>
  void message(const Message& v) {
    // fields() is one list for both directions, so it is not const; an Encoder only reads.
    const_cast<Message&>(v).fields(*this);
  }

 private:
  Writer writer_;
};

// Puts one received field into the member of that number.
class FieldDecoder {
 public:
  FieldDecoder(Reader& in, uint32_t field, WireType type, Budget& budget)
      : in_(in), field_(field), type_(type), budget_(budget) {}

  template <class T>
  void operator()(uint32_t field, T& v) {
    if (field == field_ && !taken_ && ok_) taken_ = assign(v);
  }

  bool taken() const { return taken_; }
  bool present() const { return present_; }
  bool ok() const { return ok_; }

 private:
  // False: not of a type this field can have, hence an unknown field, left for the caller to skip.
  template <class T>
  bool assign(T& v) {
    if constexpr (detail::IsOptional<T>::value) {
      typename T::value_type item = v.value_or(typename T::value_type{});
      if (!assign(item)) return false;
      if (present_) v = std::move(item);
      return true;
    } else if constexpr (detail::IsVector<T>::value) {
      using Item = typename T::value_type;
      if constexpr (detail::isVarint<Item>) {
        if (type_ == WireType::bytes) return assignPacked(v);
      }
      Item item{};
      if (!assign(item)) return false;
      if (present_ && (ok_ = budget_.spend(sizeof(Item)))) v.push_back(std::move(item));
      return true;
    } else if constexpr (detail::isVarint<T>) {
      if (type_ != WireType::varint) return false;
      uint64_t raw;
      ok_ = in_.varint(raw);
      present_ = ok_ && detail::fromVarint(raw, v);
      return true;
    } else {
      if (type_ != WireType::bytes) return false;
      std::string_view raw;
      ok_ = in_.bytes(raw);
      if (ok_) ok_ = take(raw, v);
      present_ = ok_;
      return true;
    }
  }

  bool take(std::string_view raw, std::string& v) {
    v.assign(raw);
    return true;
  }
  bool take(std::string_view raw, std::string_view& v) {
    v = raw;
    return true;
  }
  template <class M>
  bool take(std::string_view raw, M& v) {
    return decode(raw, v, budget_);
  }

  template <class T>
  bool assignPacked(std::vector<T>& v) {
    std::string_view raw;
    ok_ = in_.bytes(raw);
    Reader items(ok_ ? raw : std::string_view{});
    while (ok_ && !items.done()) {
      uint64_t one;
      T item{};
      ok_ = items.varint(one);
      if (ok_ && detail::fromVarint(one, item) && (ok_ = budget_.spend(sizeof(T)))) v.push_back(item);
    }
    present_ = ok_;
    return true;
  }

  Reader& in_;
  uint32_t field_;
  WireType type_;
  Budget& budget_;
  bool taken_ = false;
  bool present_ = false;
  bool ok_ = true;
};

// Whether every required field has been seen.
class RequiredCheck {
 public:
  explicit RequiredCheck(uint64_t seen) : seen_(seen) {}
  template <class T>
  void operator()(uint32_t field, const T&) {
    if constexpr (!detail::IsOptional<T>::value && !detail::IsVector<T>::value) {
      complete_ = complete_ && (seen_ >> field & 1) != 0;
    }
  }
  bool complete() const { return complete_; }

 private:
  uint64_t seen_;
  bool complete_ = true;
};

template <class Message>
void append(std::string& out, const Message& message) {
  Encoder(out).message(message);
}

template <class Message>
std::string encode(const Message& message) {
  std::string out;
  append(out, message);
  return out;
}

// False on malformed input, a missing required field, or more than the budget allows; unknown fields are ignored. The
// last of a repeated singular field wins.
template <class Message>
bool decode(std::string_view in, Message& message, Budget& budget) {
  Reader reader(in);
  uint64_t seen = 0;
  while (!reader.done()) {
    uint32_t field;
    WireType type;
    if (!reader.tag(field, type)) return false;
    FieldDecoder decoder(reader, field, type, budget);
    message.fields(decoder);
    if (!decoder.ok()) return false;
    if (!decoder.taken() && !reader.skip(field, type)) return false;
    if (decoder.present() && field < 64) seen |= uint64_t{1} << field;
  }
  RequiredCheck check(seen);
  message.fields(check);
  return check.complete();
}

template <class Message>
bool decode(std::string_view in, Message& message) {
  Budget budget(in.size());
  return decode(in, message, budget);
}

}  // namespace curve::wire
