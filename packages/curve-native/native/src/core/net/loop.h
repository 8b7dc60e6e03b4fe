// The event loop of one I/O thread: sockets, timers and tasks from other threads. All of it but what says "from any
// thread" belongs to whoever has the turn. That is the thread that calls run(); but while it sleeps, and has lent the loop,
// another thread may do a piece of the work. It spares a caller who waits for one thing at a time two changes of threads.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
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
  // From any thread: runs `task` on the calling thread if nobody else is in a round; else posts it. True when the loop is
  // lent and somebody had better attend to it.
  bool runHere(Task task);
  // From any thread: if the loop is lent, does its work on the calling thread, waiting for more until `done`. Otherwise
  // returns at once, and the loop's own thread does it.
  void drive(const std::function<bool()>& done);
  // From any thread: if the loop is lent, does what there is to do, without waiting. False when its own thread does it.
  bool attend();
  // From any thread: readable when there is something to attend to; -1 on systems where nothing is lent.
  int descriptor() const { return poller_.descriptor(); }
  // In a task: for so long the loop's thread leaves the descriptors and timers to drive() and attend(), so none of them
  // may be urgent. It still hears of what is posted.
  void lend(Micros time) { lentUntil_ = Poller::kChangesWhileWaiting ? Clock::now() + time : Clock::time_point{}; }
  void endLoan() { lentUntil_ = {}; }

  // What keeps it from running: an errno, or 0.
  int error() const { return poller_.error(); }
  // Until stop(). `failed` hears what a task has thrown; what was to come still comes.
  void run(const std::function<void(const std::exception&)>& failed);
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
  using Turn = std::unique_lock<std::mutex>;

  void poll(Turn& turn);
  void park(Turn& turn);
  void dispatch();
  bool isLent() const { return !polling_ && !stopped_ && !thrown_ && lentUntil_ > Clock::now(); }
  void attendUntil(const std::function<bool()>* done);
  bool fallAsleep();
  Clock::time_point nextTimer() const;
  static int waitTimeMs(Clock::time_point until);
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
  std::vector<Poller::Event> ready_;
  Clock::time_point lentUntil_{};
  // What the loop's thread does without the turn: it waits for descriptors until then, or for what is posted alone.
  bool polling_ = false, parked_ = false;
  Clock::time_point pollingUntil_{};
  // By a task on another thread; run() tells it.
  std::exception_ptr thrown_;

  // Held by whoever is in a round.
  std::mutex turn_;
  std::mutex mutex_;
  std::vector<Task> posted_;
  // A loop that is not about to wait looks into posted_ anyway, and need not be woken.
  std::atomic<bool> asleep_{false};
};

}  // namespace curve::net
