#include "wire/frame.h"

#include <cstring>

namespace curve::wire {

namespace {

void putBigEndian(std::string& out, uint32_t v) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(v >> shift));
}

uint32_t getBigEndian(const char* p) {
  uint32_t v = 0;
  for (int i = 0; i < 4; i++) v = v << 8 | static_cast<uint8_t>(p[i]);
  return v;
}

}  // namespace

std::string encodeRequest(const Method& method, std::optional<int64_t> logId, int64_t correlationId,
                          std::string_view message, size_t attachmentSize) {
  RpcMeta meta;
  meta.request = RequestMeta{method.service, method.name, logId};
  meta.compressType = 0;
  meta.correlationId = correlationId;
  if (attachmentSize > 0) meta.attachmentSize = static_cast<int32_t>(attachmentSize);
  const std::string metaBytes = encode(meta);

  std::string out;
  out.reserve(kHeaderSize + metaBytes.size() + message.size());
  out.append("PRPC", 4);
  putBigEndian(out, static_cast<uint32_t>(metaBytes.size() + message.size() + attachmentSize));
  putBigEndian(out, static_cast<uint32_t>(metaBytes.size()));
  out.append(metaBytes);
  out.append(message);
  return out;
}

bool decodeHeader(const char* bytes, FrameHeader& header) {
  if (std::memcmp(bytes, "PRPC", 4) != 0) return false;
  header.bodySize = getBigEndian(bytes + 4);
  header.metaSize = getBigEndian(bytes + 8);
  return header.bodySize <= kMaxBodySize && header.metaSize <= header.bodySize;
}

}  // namespace curve::wire
