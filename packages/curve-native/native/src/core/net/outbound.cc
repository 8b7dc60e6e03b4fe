#include "net/outbound.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace curve::net {

namespace {
constexpr size_t kMaxBuffers = 64;

#ifdef MSG_NOSIGNAL
constexpr int kSendFlags = MSG_NOSIGNAL;
#else
constexpr int kSendFlags = 0;  // SO_NOSIGPIPE is set instead
#endif
}  // namespace

void Outbound::push(int64_t correlationId, std::string head, const uint8_t* payload, size_t payloadSize) {
  frames_.push_back({correlationId, std::move(head), payload, payloadSize, 0, {}});
}

void Outbound::forget(int64_t correlationId) {
  const auto it = std::find_if(frames_.begin(), frames_.end(),
                               [&](const Frame& f) { return f.correlationId == correlationId; });
  if (it == frames_.end()) return;
  if (it->sent == 0) {
    frames_.erase(it);
    return;
  }
  it->copy.assign(reinterpret_cast<const char*>(it->payload), it->payloadSize);
  it->payload = reinterpret_cast<const uint8_t*>(it->copy.data());
}

bool Outbound::flush(int fd, int& error) {
  while (!frames_.empty()) {
    iovec buffers[kMaxBuffers];
    size_t count = 0;
    for (Frame& f : frames_) {
      if (count + 2 > kMaxBuffers) break;
      if (f.sent < f.head.size()) buffers[count++] = {f.head.data() + f.sent, f.head.size() - f.sent};
      const size_t payloadSent = f.sent > f.head.size() ? f.sent - f.head.size() : 0;
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
    Frame& f = frames_.front();
    const size_t left = f.head.size() + f.payloadSize - f.sent;
    const size_t taken = std::min(left, size);
    f.sent += taken;
    size -= taken;
    if (taken == left) frames_.pop_front();
  }
}

}  // namespace curve::net
