// Which descriptors are ready: epoll on Linux, poll elsewhere.
#pragma once

#include <cstdint>
#include <vector>

#include "net/fd.h"

namespace curve::net {

// Interest and readiness bits.
constexpr uint32_t kReadable = 1;
constexpr uint32_t kWritable = 2;

class Watcher {
 public:
  virtual void onReady(uint32_t readiness) = 0;

 protected:
  ~Watcher() = default;
};

class Poller {
 public:
  struct Event {
    int fd;
    uint32_t readiness;
  };

  Poller();
  // What kept it from being made: an errno, or 0.
  int error() const { return error_; }
  // Adds or changes. False when the system refuses, with errno set.
  bool set(int fd, uint32_t interest);
  void remove(int fd);
  // Waits up to `timeoutMs` (-1: for ever), or until woken. Throws when the system cannot.
  void wait(int timeoutMs, std::vector<Event>& ready);
  // From any thread: ends the wait under way, or the next one.
  void wake();

 private:
  int error_ = 0;
#ifdef __linux__
  Fd epoll_;
  Fd wake_;
  std::vector<bool> known_;
#else
  std::vector<Event> interests_;
  Fd wakeRead_, wakeWrite_;
#endif
};

}  // namespace curve::net
