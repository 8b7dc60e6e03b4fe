// Lets JavaScript's event loop wait for a descriptor, by the libuv that runs it. Its functions are looked up when the
// addon is used, and nothing of its headers is: Node-API gives the loop, and whoever has another kind of loop has no watch.
#pragma once

#include <node_api.h>

#include <functional>
#include <memory>

namespace curve::addon {

class EventLoopWatch {
 public:
  using Ready = std::function<void()>;

  // Null where there is no such loop. `ready` is called on JavaScript's thread, outside of any scope, as long as the
  // descriptor is readable. Keeps no process alive.
  static std::unique_ptr<EventLoopWatch> create(napi_env env, int fd, Ready ready);
  ~EventLoopWatch();
  EventLoopWatch(const EventLoopWatch&) = delete;
  EventLoopWatch& operator=(const EventLoopWatch&) = delete;

  // Costs nothing when it is so already.
  void start();
  void stop();

 private:
  struct Handle;

  explicit EventLoopWatch(Handle* handle);

  // Null when the environment has ended.
  [[maybe_unused]] Handle* handle_;
  [[maybe_unused]] bool started_ = false;
};

}  // namespace curve::addon
