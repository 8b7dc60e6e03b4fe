// Frames waiting for the socket. Attachments are sent from where they lie.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/rpc.h"
#include "wire/frame.h"

namespace curve::net {

class Outbound {
 public:
  // Correlation ids must grow.
  void push(int64_t correlationId, const wire::Method& method, std::optional<int64_t> logId, std::string_view message,
            const uint8_t* payload, size_t payloadSize);
  // From now on the payload of this call is not read: an unsent frame is dropped; the rest of one that is partly on
  // the wire is copied, because the peer counts on it.
  // Whether nothing of it is on the wire, nor will be.
  bool forget(int64_t correlationId);
  // Writes what the socket takes. False on a broken connection, with errno in `error`.
  bool flush(int fd, int& error);
  bool empty() const { return first_ == frames_.size(); }
  void clear();

 private:
  struct Frame {
    int64_t correlationId;
    // Where its head lies in heads_.
    size_t head, headSize;
    const uint8_t* payload;
    size_t payloadSize;
    size_t sent = 0;
    bool forgotten = false;
  };

  void consume(size_t size);
  void tidy();

  // Those before first_ have been sent, and so many of the others are forgotten; not all, or there are none.
  std::vector<Frame> frames_;
  size_t first_ = 0, forgotten_ = 0;
  std::string heads_;
  // The payload of the first frame, if its call has ended.
  std::string rescued_;
};

}  // namespace curve::net
