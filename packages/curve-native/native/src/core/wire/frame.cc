#include "wire/frame.h"

#include <cstring>

namespace curve::wire {

namespace {

void putBigEndian(char* p, size_t v) {
  for (int i = 0; i < 4; i++) p[i] = static_cast<char>(v >> (24 - 8 * i));
}

uint32_t getBigEndian(const char* p) {
  uint32_t v = 0;
  for (int i = 0; i < 4; i++) v = v << 8 | static_cast<uint8_t>(p[i]);
  return v;
}

}  // namespace

void appendRequest(std::string& out, const Method& method, std::optional<int64_t> logId, int64_t correlationId,
                   std::string_view message, size_t attachmentSize) {
  RpcMeta meta;
  meta.request = RequestMeta{method.service, method.name, logId};
  meta.compressType = 0;
  meta.correlationId = correlationId;
  if (attachmentSize > 0) meta.attachmentSize = static_cast<int32_t>(attachmentSize);

  const size_t header = out.size();
  out.append("PRPC").append(kHeaderSize - 4, '\0');
  append(out, meta);
  const size_t metaSize = out.size() - header - kHeaderSize;
  out.append(message);
  putBigEndian(out.data() + header + 4, metaSize + message.size() + attachmentSize);
  putBigEndian(out.data() + header + 8, metaSize);
}

bool decodeHeader(const char* bytes, FrameHeader& header) {
  if (std::memcmp(bytes, "PRPC", 4) != 0) return false;
  header.bodySize = getBigEndian(bytes + 4);
  header.metaSize = getBigEndian(bytes + 8);
  return header.bodySize <= kMaxBodySize && header.metaSize <= header.bodySize;
}

}  // namespace curve::wire
