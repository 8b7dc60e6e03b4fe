#include "net/poller.h"

#include <cerrno>
#include <system_error>

#ifdef __linux__
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#else
#include <fcntl.h>
#include <poll.h>

#include <algorithm>
#endif

namespace curve::net {

#ifdef __linux__

namespace {
uint64_t tag(int fd, uint32_t watch) { return static_cast<uint64_t>(watch) << 32 | static_cast<uint32_t>(fd); }
}  // namespace

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  // Edge-triggered: every write is told once, and nothing has to be read.
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.u64 = tag(wake_.get(), 0);
  if (!epoll_ || !wake_ || ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) != 0) error_ = errno;
}

void Poller::wake() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t n = ::write(wake_.get(), &one, sizeof one);
}

bool Poller::set(int fd, uint32_t interest) {
  if (watches_.size() <= static_cast<size_t>(fd)) watches_.resize(static_cast<size_t>(fd) + 1);
  uint32_t& watch = watches_[static_cast<size_t>(fd)];
  const bool known = watch != 0;
  const uint32_t id = known ? watch : lastWatch_ % UINT32_MAX + 1;
  epoll_event event{};
  event.events = (interest & kReadable ? EPOLLIN : 0u) | (interest & kWritable ? EPOLLOUT : 0u);
  event.data.u64 = tag(fd, id);
  if (::epoll_ctl(epoll_.get(), known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) != 0) return false;
  if (!known) watch = lastWatch_ = id;
  return true;
}

void Poller::remove(int fd) {
  if (static_cast<size_t>(fd) >= watches_.size() || watches_[static_cast<size_t>(fd)] == 0) return;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  watches_[static_cast<size_t>(fd)] = 0;
}

int Poller::descriptor() const { return epoll_.get(); }

bool Poller::isCurrent(const Event& event) const {
  const size_t fd = static_cast<size_t>(event.fd);
  return fd < watches_.size() && watches_[fd] == event.watch;
}

void Poller::wait(int timeoutMs, std::vector<Event>& ready) {
  epoll_event events[64];
  const int n = ::epoll_wait(epoll_.get(), events, 64, timeoutMs);
  if (n < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "epoll_wait");
  for (int i = 0; i < n; i++) {
    const int fd = static_cast<int>(events[i].data.u64 & UINT32_MAX);
    if (fd == wake_.get()) continue;
    const uint32_t e = events[i].events;
    // Errors and hang-ups surface through the read or write that follows.
    const uint32_t broken = e & (EPOLLERR | EPOLLHUP) ? kReadable | kWritable : 0;
    ready.push_back({fd, broken | (e & EPOLLIN ? kReadable : 0) | (e & EPOLLOUT ? kWritable : 0),
                     static_cast<uint32_t>(events[i].data.u64 >> 32)});
  }
}

void Poller::waitForWake(int timeoutMs) {
  pollfd wake{wake_.get(), POLLIN, 0};
  if (::poll(&wake, 1, timeoutMs) > 0) {
    uint64_t count;
    [[maybe_unused]] const ssize_t n = ::read(wake_.get(), &count, sizeof count);
  }
}

#else

Poller::Poller() {
  int ends[2] = {-1, -1};
  if (::pipe(ends) != 0) error_ = errno;
  wakeRead_ = Fd(ends[0]);
  wakeWrite_ = Fd(ends[1]);
  for (const int fd : ends) {
    if (error_ == 0 && (::fcntl(fd, F_SETFL, O_NONBLOCK) != 0 || ::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)) error_ = errno;
  }
  if (error_ == 0) set(ends[0], kReadable);
}

void Poller::wake() {
  // A full pipe means a wake-up is on its way already.
  const char byte = 0;
  [[maybe_unused]] const ssize_t n = ::write(wakeWrite_.get(), &byte, 1);
}

bool Poller::set(int fd, uint32_t interest) {
  for (Event& e : interests_) {
    if (e.fd == fd) {
      e.readiness = interest;
      return true;
    }
  }
  interests_.push_back({fd, interest, 0});
  return true;
}

void Poller::remove(int fd) {
  interests_.erase(std::remove_if(interests_.begin(), interests_.end(), [fd](const Event& e) { return e.fd == fd; }),
                   interests_.end());
}

void Poller::wait(int timeoutMs, std::vector<Event>& ready) {
  std::vector<pollfd> fds;
  fds.reserve(interests_.size());
  for (const Event& e : interests_) {
    const int events = (e.readiness & kReadable ? POLLIN : 0) | (e.readiness & kWritable ? POLLOUT : 0);
    fds.push_back({e.fd, static_cast<short>(events), 0});
  }
  const int n = ::poll(fds.data(), static_cast<nfds_t>(fds.size()), timeoutMs);
  if (n < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "poll");
  if (n <= 0) return;
  for (const pollfd& p : fds) {
    if (p.revents == 0) continue;
    if (p.fd == wakeRead_.get()) {
      char bytes[64];
      while (::read(p.fd, bytes, sizeof bytes) == sizeof bytes) {
      }
      continue;
    }
    const uint32_t broken = p.revents & (POLLERR | POLLHUP | POLLNVAL) ? kReadable | kWritable : 0;
    ready.push_back({p.fd, broken | (p.revents & POLLIN ? kReadable : 0) | (p.revents & POLLOUT ? kWritable : 0), 0});
  }
}

int Poller::descriptor() const { return -1; }

bool Poller::isCurrent(const Event&) const { return true; }

void Poller::waitForWake(int timeoutMs) {
  std::vector<Event> ready;
  wait(timeoutMs, ready);
}

#endif

}  // namespace curve::net
