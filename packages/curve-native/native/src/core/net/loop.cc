#include "net/loop.h"

#include <algorithm>

namespace curve::net {

void Loop::post(Task task) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    posted_.push_back(std::move(task));
  }
  if (asleep_.exchange(false)) poller_.wake();
}

void Loop::stop() {
  stopped_ = true;
  poller_.wake();
}

void Loop::run(const std::function<void(const std::exception&)>& failed) {
  Turn turn(turn_);
  while (!stopped_) {
    try {
      if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
      if (lentUntil_ > Clock::now()) {
        park(turn);
      } else {
        poll(turn);
        dispatch();
      }
    } catch (const std::exception& e) {
      if (!turn.owns_lock()) turn.lock();
      polling_ = false;
      failed(e);
    }
  }
}

bool Loop::runHere(Task task) {
  Turn turn(turn_, std::defer_lock);
  if (!Poller::kChangesWhileWaiting || !turn.try_lock() || stopped_) {
    post(std::move(task));
    return false;
  }
  {
    std::lock_guard<std::mutex> lock(mutex_);
    posted_.push_back(std::move(task));
  }
  now_ = Clock::now();
  const Clock::time_point lentUntil = lentUntil_;
  try {
    runPosted();
    runDeferred();
  } catch (...) {
    thrown_ = std::current_exception();
  }
  // Timers and descriptors were not looked after, so it is for no longer than it was.
  lentUntil_ = std::min(lentUntil_, lentUntil);
  const bool lent = isLent();
  const bool late = polling_ && nextTimer() < pollingUntil_;
  if (thrown_ || late || (parked_ && !lent)) poller_.wake();
  return lent;
}

void Loop::drive(const std::function<bool()>& done) {
  Turn turn(turn_);
  if (isLent()) attendUntil(&done);
}

bool Loop::attend() {
  Turn turn(turn_, std::try_to_lock);
  if (!turn || !isLent()) return false;
  attendUntil(nullptr);
  return true;
}

void Loop::attendUntil(const std::function<bool()>* done) {
  try {
    while (!stopped_ && !(done && (*done)())) {
      ready_.clear();
      poller_.wait(done && fallAsleep() ? waitTimeMs(nextTimer()) : 0, ready_);
      dispatch();
      if (!done) break;
    }
  } catch (...) {
    thrown_ = std::current_exception();
  }
  // The loop's thread sleeps on, unless there is something for it.
  if (!fallAsleep() || thrown_ || stopped_ || !isLent()) poller_.wake();
}

// Waits for descriptors; meanwhile others may have the turn.
void Loop::poll(Turn& turn) {
  ready_.clear();
  pollingUntil_ = nextTimer();
  const int timeout = fallAsleep() ? waitTimeMs(pollingUntil_) : 0;
  polling_ = true;
  turn.unlock();
  poller_.wait(timeout, ready_);
  turn.lock();
  polling_ = false;
}

void Loop::park(Turn& turn) {
  if (!fallAsleep()) return endLoan();
  const int timeout = waitTimeMs(lentUntil_);
  parked_ = true;
  turn.unlock();
  poller_.waitForWake(timeout);
  // Whoever drives may have been meant.
  if (!turn.try_lock()) {
    poller_.wake();
    turn.lock();
  }
  parked_ = false;
}

void Loop::dispatch() {
  asleep_ = false;
  now_ = Clock::now();
  for (const Poller::Event& event : ready_) {
    // Another thread, or an earlier watcher of this round, may have closed this descriptor.
    if (!poller_.isCurrent(event)) continue;
    const auto it = watchers_.find(event.fd);
    if (it != watchers_.end()) it->second->onReady(event.readiness);
  }
  runPosted();
  runTimers();
  runDeferred();
}

// From now on posting wakes up. False when there is something to do already.
bool Loop::fallAsleep() {
  // In this order: whoever posts after we have looked finds us asleep.
  asleep_ = true;
  if (!running_.empty() || !deferred_.empty()) return false;
  std::lock_guard<std::mutex> lock(mutex_);
  return posted_.empty();
}

Clock::time_point Loop::nextTimer() const {
  return timers_.empty() ? Clock::time_point::max() : timers_.begin()->first.first;
}

int Loop::waitTimeMs(Clock::time_point until) {
  if (until == Clock::time_point::max()) return -1;
  const auto delay = until - Clock::now();
  if (delay <= Clock::duration::zero()) return 0;
  // Rounded up, or the last millisecond would be spent spinning.
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(delay).count() + 1;
  return static_cast<int>(std::min<int64_t>(ms, 60'000));
}

void Loop::runPosted() {
  if (running_.empty()) {
    std::lock_guard<std::mutex> lock(mutex_);
    running_.swap(posted_);
  }
  while (runningRun_ < running_.size()) running_[runningRun_++]();
  running_.clear();
  runningRun_ = 0;
}

void Loop::runTimers() {
  const Clock::time_point now = Clock::now();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    Task task = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    task();
  }
}

void Loop::runDeferred() {
  // What a deferred task defers still runs in this round.
  while (deferredRun_ < deferred_.size()) {
    const Task task = std::move(deferred_[deferredRun_++]);
    task();
  }
  deferred_.clear();
  deferredRun_ = 0;
}

Loop::Timer Loop::at(Clock::time_point when, Task task) {
  const Timer timer{when, nextTimer_++};
  timers_.emplace(timer, std::move(task));
  return timer;
}

void Loop::cancel(Timer& timer) {
  if (timer.second != 0) timers_.erase(timer);
  timer = {};
}

bool Loop::watch(int fd, uint32_t interest, Watcher* watcher) {
  if (!poller_.set(fd, interest)) return false;
  watchers_[fd] = watcher;
  return true;
}

void Loop::unwatch(int fd) {
  watchers_.erase(fd);
  poller_.remove(fd);
}

}  // namespace curve::net
