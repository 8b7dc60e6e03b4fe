#include "net/outbound.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>

namespace curve::net {

namespace {
constexpr size_t kMaxBuffers = 256;
constexpr size_t kMaxKept = 256;

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

bool Outbound::forget(int64_t correlationId) {
  const auto it = std::lower_bound(frames_.begin() + static_cast<ptrdiff_t>(first_), frames_.end(), correlationId,
                                   [](const Frame& f, int64_t id) { return f.correlationId < id; });
  if (it == frames_.end() || it->correlationId != correlationId) return false;
  if (it->forgotten) return true;
  if (it->sent == 0) {
    it->forgotten = true;
    forgotten_++;
    tidy();
    return true;
  }
  rescued_.assign(reinterpret_cast<const char*>(it->payload), it->payloadSize);
  it->payload = reinterpret_cast<const uint8_t*>(rescued_.data());
  return false;
}

void Outbound::clear() {
  frames_.clear();
  heads_.clear();
  first_ = forgotten_ = 0;
}

bool Outbound::flush(int fd, int& error) {
  while (!empty()) {
    iovec buffers[kMaxBuffers];
    size_t count = 0;
    for (size_t i = first_; i < frames_.size() && count + 2 <= kMaxBuffers; i++) {
      const Frame& f = frames_[i];
      if (f.forgotten) continue;
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
    const size_t left = f.forgotten ? 0 : f.headSize + f.payloadSize - f.sent;
    const size_t taken = std::min(left, size);
    f.sent += taken;
    size -= taken;
    if (taken < left) break;
    if (f.forgotten) forgotten_--;
    first_++;
  }
  tidy();
}

// Seldom, so that it costs no more than sending did: a peer that is always behind must not make us keep all that it
// ever got, or was to get.
void Outbound::tidy() {
  if (first_ + forgotten_ == frames_.size()) return clear();
  if (first_ + forgotten_ < std::max(kMaxKept, frames_.size() / 2)) return;
  std::string heads;
  size_t kept = 0;
  for (size_t i = first_; i < frames_.size(); i++) {
    if (frames_[i].forgotten) continue;
    Frame f = frames_[i];
    f.head = heads.size();
    heads.append(heads_, frames_[i].head, f.headSize);
    frames_[kept++] = f;
  }
  frames_.resize(kept);
  heads_.swap(heads);
  first_ = forgotten_ = 0;
}

}  // namespace curve::net
