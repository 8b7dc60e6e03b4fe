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
    // Which watch of that descriptor it is about.
    uint32_t watch;
  };

#ifdef __linux__
  static constexpr bool kChangesWhileWaiting = true;
#else
  static constexpr bool kChangesWhileWaiting = false;
#endif

  Poller();
  // What kept it from being made: an errno, or 0.
  int error() const { return error_; }
  // Readable when there is something to wait for no longer; -1 where there is none such.
  int descriptor() const;
  // Adds or changes. False when the system refuses, with errno set.
  bool set(int fd, uint32_t interest);
  void remove(int fd);
  // Waits up to `timeoutMs` (-1: for ever), or until woken. Throws when the system cannot. With kChangesWhileWaiting
  // other threads may use set() and remove() meanwhile.
  void wait(int timeoutMs, std::vector<Event>& ready);
  // False when its descriptor has been removed since, even if there is another of that number.
  bool isCurrent(const Event& event) const;
  // Only until woken, whatever else is ready; that wake-up ends no other wait.
  void waitForWake(int timeoutMs);
  // From any thread: ends the wait under way, or the next one.
  void wake();

 private:
  int error_ = 0;
#ifdef __linux__
  Fd epoll_;
  Fd wake_;
  // By descriptor; 0: not watched.
  std::vector<uint32_t> watches_;
  uint32_t lastWatch_ = 0;
#else
  std::vector<Event> interests_;
  Fd wakeRead_, wakeWrite_;
#endif
};

}  // namespace curve::net
