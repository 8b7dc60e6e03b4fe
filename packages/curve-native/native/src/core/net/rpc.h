// One call on a channel, implemented by whoever makes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wire/status.h"

namespace curve::net {

struct RpcReply {
  // None, or a brpc/errno code: the peer's error_code, or what happened to the connection.
  rpc::Error error = rpc::kNone;
  // Whether the peer says so.
  bool saidByPeer = false;
  std::string_view errorText;
  std::string_view message;
  size_t attachmentSize = 0;

  // Whether the time has passed in which there could have been an answer. A peer that says so has taken none.
  bool isTimeOut() const { return !saidByPeer && (error == rpc::kTimedOut || error == rpc::kConnectTimedOut); }
  // Whether a connection has ended by which the peer may have received the call.
  bool isConnectionLost() const {
    return !saidByPeer && (error == rpc::kConnReset || error == rpc::kEof || error == rpc::kFailedSocket ||
                           error == rpc::kHostDown || error == rpc::kBadResponse);
  }
};

// Must be canceled, or have been answered, before it is destroyed.
class Rpc {
 public:
  virtual void onReply(const RpcReply& reply) = 0;
  // Its deadline has passed, of which onReply() is about to tell: the last moment to leave the answer to somebody else.
  virtual void onExpiry() {}

  // The request's attachment; must stay valid until the reply or cancel().
  const uint8_t* payload = nullptr;
  size_t payloadSize = 0;
  // Where the reply's attachment goes if it is exactly this long; any other is discarded.
  uint8_t* target = nullptr;
  size_t targetSize = 0;

  // Set by the channel while the call is outstanding.
  int64_t correlationId = 0;

 protected:
  ~Rpc() = default;
};

}  // namespace curve::net
