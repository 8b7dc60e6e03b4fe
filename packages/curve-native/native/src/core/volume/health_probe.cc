#include "volume/health_probe.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace curve {

namespace {
// "HTTP/1.1 200": all we need of the reply.
constexpr size_t kStatusLine = 12;
}  // namespace

HealthProbe::HealthProbe(net::Loop& loop, const net::Endpoint& endpoint, net::Micros timeout,
                         std::function<void(bool)> done)
    : loop_(loop), done_(std::move(done)) {
  request_ = "GET /health HTTP/1.1\r\nHost: " + endpoint.text() + "\r\nConnection: close\r\n\r\n";
  int error = 0;
  fd_ = net::connectTo(endpoint, error);
  if (fd_ && !loop_.watch(fd_.get(), net::kWritable, this)) fd_.reset();
  timer_ = loop_.after(fd_ ? timeout : net::Micros(0), [this] { finish(false); });
}

HealthProbe::~HealthProbe() {
  loop_.cancel(timer_);
  if (fd_) loop_.unwatch(fd_.get());
}

void HealthProbe::onReady(uint32_t) {
  if (!request_.empty()) {
    if (net::connectResult(fd_) != 0) return finish(false);
    // A fresh socket's buffer takes a request of this size whole.
    const ssize_t sent = ::send(fd_.get(), request_.data(), request_.size(),
#ifdef MSG_NOSIGNAL
                                MSG_NOSIGNAL
#else
                                0
#endif
    );
    if (sent != static_cast<ssize_t>(request_.size())) return finish(false);
    request_.clear();
    if (!loop_.watch(fd_.get(), net::kReadable, this)) finish(false);
    return;
  }
  char bytes[256];
  const ssize_t n = ::read(fd_.get(), bytes, sizeof bytes);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) return finish(false);
  reply_.append(bytes, static_cast<size_t>(n));
  if (reply_.size() >= kStatusLine) finish(reply_.compare(9, 3, "200") == 0);
}

void HealthProbe::finish(bool healthy) {
  const auto done = std::move(done_);
  done(healthy);
}

}  // namespace curve
