// Frames waiting for the socket. Attachments are sent from where they lie.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "net/rpc.h"

namespace curve::net {

class Outbound {
 public:
  void push(int64_t correlationId, std::string head, const uint8_t* payload, size_t payloadSize);
  // From now on the payload of this call is not read: an unsent frame is dropped; the rest of one that is partly on
  // the wire is copied, because the peer counts on it.
  void forget(int64_t correlationId);
  // Writes what the socket takes. False on a broken connection, with errno in `error`.
  bool flush(int fd, int& error);
  bool empty() const { return frames_.empty(); }
  void clear() { frames_.clear(); }

 private:
  struct Frame {
    int64_t correlationId;
    std::string head;
    const uint8_t* payload;
    size_t payloadSize;
    size_t sent = 0;
    std::string copy;
  };

  void consume(size_t size);

  std::deque<Frame> frames_;
};

}  // namespace curve::net
