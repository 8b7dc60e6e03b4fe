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

void Loop::run() {
  std::vector<Poller::Event> ready;
  while (!stopped_) {
    ready.clear();
    wait(ready);
    for (const Poller::Event& event : ready) {
      // Looked up each time: an earlier watcher of this round may have closed this descriptor.
      const auto it = watchers_.find(event.fd);
      if (it != watchers_.end()) it->second->onReady(event.readiness);
    }
    runPosted();
    runTimers();
    runDeferred();
  }
}

void Loop::wait(std::vector<Poller::Event>& ready) {
  // In this order: whoever posts after we have looked finds us asleep.
  asleep_ = true;
  bool idle = running_.empty() && deferred_.empty();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    idle = idle && posted_.empty();
  }
  poller_.wait(idle ? waitTimeMs() : 0, ready);
  asleep_ = false;
  now_ = Clock::now();
}

int Loop::waitTimeMs() {
  if (timers_.empty()) return -1;
  const auto delay = timers_.begin()->first.first - Clock::now();
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
