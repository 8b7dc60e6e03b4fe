// The event loop of one I/O thread: sockets, timers and tasks from other threads. Everything but post() and stop()
// belongs to the thread that calls run().
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "net/poller.h"

namespace curve::net {

using Clock = std::chrono::steady_clock;
using Micros = std::chrono::microseconds;
using Task = std::function<void()>;

class Loop {
 public:
  // Identifies a timer; default-constructed: none.
  using Timer = std::pair<Clock::time_point, uint64_t>;

  Loop() = default;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // From any thread: runs `task` on the loop's thread. Tasks left when the loop stops are dropped.
  void post(Task task);
  void stop();

  // What keeps it from running: an errno, or 0.
  int error() const { return poller_.error(); }
  // Until stop(). May be called again after a task has thrown: what was to come still comes.
  void run();
  // When this round began; exact enough for everything that takes longer than a round.
  Clock::time_point now() const { return now_; }
  Timer at(Clock::time_point when, Task task);
  Timer after(Micros delay, Task task) { return at(Clock::now() + delay, std::move(task)); }
  // Harmless for a timer that has fired or was never set; clears it.
  void cancel(Timer& timer);
  // Runs `task` before the loop waits again, so that work of one round can be batched.
  void defer(Task task) { deferred_.push_back(std::move(task)); }
  // False when the system refuses, with errno set.
  bool watch(int fd, uint32_t interest, Watcher* watcher);
  void unwatch(int fd);

 private:
  void wait(std::vector<Poller::Event>& ready);
  int waitTimeMs();
  void runPosted();
  void runTimers();
  void runDeferred();

  Poller poller_;
  std::unordered_map<int, Watcher*> watchers_;
  std::map<Timer, Task> timers_;
  uint64_t nextTimer_ = 1;
  Clock::time_point now_ = Clock::now();
  std::vector<Task> deferred_;
  // What was posted before this round.
  std::vector<Task> running_;
  // So many of each have been run.
  size_t deferredRun_ = 0, runningRun_ = 0;
  std::atomic<bool> stopped_{false};

  std::mutex mutex_;
  std::vector<Task> posted_;
  // A loop that is not about to wait looks into posted_ anyway, and need not be woken.
  std::atomic<bool> asleep_{false};
};

}  // namespace curve::net
