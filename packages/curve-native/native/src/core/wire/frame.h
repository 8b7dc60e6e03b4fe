// The baidu_std frame: "PRPC", body size, meta size (both big-endian), then RpcMeta, message and attachment.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wire/proto.h"

namespace curve::wire {

constexpr size_t kHeaderSize = 12;
// What brpc peers refuse by default, and so do we: a larger size means we lost the frame boundary.
constexpr uint32_t kMaxBodySize = 64u << 20;

struct RequestMeta {
  std::string_view serviceName;
  std::string_view methodName;
  std::optional<int64_t> logId;

  template <class F>
  void fields(F& f) {
    f(1, serviceName);
    f(2, methodName);
    f(3, logId);
  }
};

struct ResponseMeta {
  std::optional<int32_t> errorCode;
  std::optional<std::string> errorText;

  template <class F>
  void fields(F& f) {
    f(1, errorCode);
    f(2, errorText);
  }
};

struct RpcMeta {
  std::optional<RequestMeta> request;
  std::optional<ResponseMeta> response;
  std::optional<int32_t> compressType;
  std::optional<int64_t> correlationId;
  std::optional<int32_t> attachmentSize;

  template <class F>
  void fields(F& f) {
    f(1, request);
    f(2, response);
    f(3, compressType);
    f(4, correlationId);
    f(5, attachmentSize);
  }
};

struct FrameHeader {
  uint32_t bodySize;
  uint32_t metaSize;
};

// A service method and how it is called.
struct Method {
  const char* service;
  const char* name;
};

// Everything of a request that precedes its attachment.
void appendRequest(std::string& out, const Method& method, std::optional<int64_t> logId, int64_t correlationId,
                   std::string_view message, size_t attachmentSize);

// False when these 12 bytes are not the start of a frame.
bool decodeHeader(const char* bytes, FrameHeader& header);

}  // namespace curve::wire
