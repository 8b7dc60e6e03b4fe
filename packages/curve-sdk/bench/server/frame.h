// The baidu_std frame: "PRPC", body size, meta size (big-endian), RpcMeta, message, attachment.
#pragma once

#include <arpa/inet.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "protobuf.h"

namespace bench {

constexpr size_t kHeaderSize = 12;

inline uint32_t bigEndian(const char* at) {
  uint32_t value;
  std::memcpy(&value, at, sizeof value);
  return ntohl(value);
}

// Everything of a frame that precedes its attachment.
inline std::string frame(const std::string& meta, const std::string& message, size_t attachmentSize) {
  const uint32_t sizes[] = {htonl(static_cast<uint32_t>(meta.size() + message.size() + attachmentSize)),
                            htonl(static_cast<uint32_t>(meta.size()))};
  std::string out("PRPC");
  out.append(reinterpret_cast<const char*>(sizes), sizeof sizes);
  return out.append(meta).append(message);
}

}  // namespace bench
