#include "net/outbound.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>

namespace curve::net {

namespace {
constexpr size_t kMaxBuffers = 256;
constexpr size_t kMaxSentKept = 256;

#ifdef MSG_NOSIGNAL
constexpr int kSendFlags = MSG_NOSIGNAL;
#else
constexpr int kSendFlags = 0;  // SO_NOSIGPIPE is set instead
#endif
}  // namespace

void Outbound::push(int64_t correlationId, const wire::Method& method, std::optional<int64_t> logId,
                    std::string_view message, const uint8_t* payload, size_t payloadSize) {
  const size_t head = heads_.size();
  wire::appendRequest(heads_, method, logId, correlationId, message, payloadSize);
  frames_.push_back({correlationId, head, heads_.size() - head, payload, payloadSize});
}

void Outbound::forget(int64_t correlationId) {
  const auto it = std::lower_bound(frames_.begin() + static_cast<ptrdiff_t>(first_), frames_.end(), correlationId,
                                   [](const Frame& f, int64_t id) { return f.correlationId < id; });
  if (it == frames_.end() || it->correlationId != correlationId) return;
  if (it->sent == 0) {
    frames_.erase(it);
    return;
  }
  rescued_.assign(reinterpret_cast<const char*>(it->payload), it->payloadSize);
  it->payload = reinterpret_cast<const uint8_t*>(rescued_.data());
}

void Outbound::clear() {
  frames_.clear();
  heads_.clear();
  first_ = 0;
}

bool Outbound::flush(int fd, int& error) {
  while (!empty()) {
    iovec buffers[kMaxBuffers];
    size_t count = 0;
    for (size_t i = first_; i < frames_.size() && count + 2 <= kMaxBuffers; i++) {
      const Frame& f = frames_[i];
      if (f.sent < f.headSize) buffers[count++] = {heads_.data() + f.head + f.sent, f.headSize - f.sent};
      const size_t payloadSent = f.sent > f.headSize ? f.sent - f.headSize : 0;
      if (payloadSent < f.payloadSize) {
        buffers[count++] = {const_cast<uint8_t*>(f.payload) + payloadSent, f.payloadSize - payloadSent};
      }
    }
    msghdr message{};
    message.msg_iov = buffers;
    message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(count);
    const ssize_t n = ::sendmsg(fd, &message, kSendFlags);
    if (n < 0) {
      error = errno;
      return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
    }
    consume(static_cast<size_t>(n));
  }
  return true;
}

void Outbound::consume(size_t size) {
  while (size > 0) {
    Frame& f = frames_[first_];
    const size_t left = f.headSize + f.payloadSize - f.sent;
    const size_t taken = std::min(left, size);
    f.sent += taken;
    size -= taken;
    if (taken == left) first_++;
  }
  dropSent();
}

void Outbound::dropSent() {
  if (empty()) return clear();
  if (first_ < kMaxSentKept) return;
  // A peer that is always behind must not make us keep all that it ever got.
  const size_t sent = frames_[first_].head;
  frames_.erase(frames_.begin(), frames_.begin() + static_cast<ptrdiff_t>(first_));
  heads_.erase(0, sent);
  for (Frame& f : frames_) f.head -= sent;
  first_ = 0;
}

}  // namespace curve::net
