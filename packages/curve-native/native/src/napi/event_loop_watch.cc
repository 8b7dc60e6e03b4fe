#include "event_loop_watch.h"

#ifdef __linux__
#include <dlfcn.h>

#include <cstdlib>
#include <utility>
#endif

namespace curve::addon {

#ifdef __linux__

namespace {

// Of libuv 1, whose interface and numbers stay as they are.
constexpr int kUvPoll = 8;
constexpr int kUvReadable = 1;
using PollCallback = void (*)(void* handle, int status, int events);
using CloseCallback = void (*)(void* handle);

struct Libuv {
  size_t (*handleSize)(int type) = nullptr;
  void (*setData)(void* handle, void* data) = nullptr;
  void* (*getData)(const void* handle) = nullptr;
  int (*pollInit)(uv_loop_s* loop, void* handle, int fd) = nullptr;
  int (*pollStart)(void* handle, int events, PollCallback callback) = nullptr;
  int (*pollStop)(void* handle) = nullptr;
  void (*unref)(void* handle) = nullptr;
  void (*close)(void* handle, CloseCallback callback) = nullptr;
  bool found = true;

  Libuv() {
    find(handleSize, "uv_handle_size");
    find(setData, "uv_handle_set_data");
    find(getData, "uv_handle_get_data");
    find(pollInit, "uv_poll_init");
    find(pollStart, "uv_poll_start");
    find(pollStop, "uv_poll_stop");
    find(unref, "uv_unref");
    find(close, "uv_close");
  }

 private:
  template <class Function>
  void find(Function& function, const char* name) {
    function = reinterpret_cast<Function>(::dlsym(RTLD_DEFAULT, name));
    found = found && function != nullptr;
  }
};

// Bun has functions of these names, and ends the process when they are called.
bool isBun(napi_env env) {
  napi_value global;
  bool found = false;
  return napi_get_global(env, &global) != napi_ok || napi_has_named_property(env, global, "Bun", &found) != napi_ok || found;
}

const Libuv& libuv() {
  static const Libuv functions;
  return functions;
}

}  // namespace

// What the loop holds. It goes when the loop has let go of it, which is later; the environment's end waits for that.
struct EventLoopWatch::Handle {
  EventLoopWatch* owner = nullptr;
  void* poll = nullptr;
  Ready ready;
  napi_async_cleanup_hook_handle cleanup = nullptr;
  bool closing = false;

  static void onReady(void* poll, int, int) {
    auto* handle = static_cast<Handle*>(libuv().getData(poll));
    if (!handle->closing) handle->ready();
  }

  void close() {
    if (std::exchange(closing, true)) return;
    libuv().close(poll, [](void* poll) {
      auto* handle = static_cast<Handle*>(libuv().getData(poll));
      if (handle->owner != nullptr) handle->owner->handle_ = nullptr;
      napi_remove_async_cleanup_hook(handle->cleanup);
      std::free(poll);
      delete handle;
    });
  }

  static void onEnvironmentEnd(napi_async_cleanup_hook_handle, void* data) { static_cast<Handle*>(data)->close(); }
};

std::unique_ptr<EventLoopWatch> EventLoopWatch::create(napi_env env, int fd, Ready ready) {
  const Libuv& uv = libuv();
  uv_loop_s* loop = nullptr;
  if (!uv.found || fd < 0 || isBun(env) || napi_get_uv_event_loop(env, &loop) != napi_ok || !loop) return nullptr;
  auto own = std::make_unique<Handle>();
  own->ready = std::move(ready);
  own->poll = std::malloc(uv.handleSize(kUvPoll));
  std::unique_ptr<EventLoopWatch> watch(new EventLoopWatch(own.get()));
  if (own->poll == nullptr || uv.pollInit(loop, own->poll, fd) != 0) {
    watch->handle_ = nullptr;
    std::free(own->poll);
    return nullptr;
  }
  Handle* handle = own.release();
  uv.setData(handle->poll, handle);
  uv.unref(handle->poll);
  if (napi_add_async_cleanup_hook(env, Handle::onEnvironmentEnd, handle, &handle->cleanup) != napi_ok) return nullptr;
  return watch;
}

EventLoopWatch::EventLoopWatch(Handle* handle) : handle_(handle) { handle->owner = this; }

EventLoopWatch::~EventLoopWatch() {
  if (handle_ == nullptr) return;
  handle_->owner = nullptr;
  handle_->close();
}

void EventLoopWatch::start() {
  if (started_ || handle_ == nullptr || handle_->closing) return;
  started_ = libuv().pollStart(handle_->poll, kUvReadable, Handle::onReady) == 0;
}

void EventLoopWatch::stop() {
  if (!std::exchange(started_, false) || handle_ == nullptr || handle_->closing) return;
  libuv().pollStop(handle_->poll);
}

#else

struct EventLoopWatch::Handle {};

std::unique_ptr<EventLoopWatch> EventLoopWatch::create(napi_env, int, Ready) { return nullptr; }
EventLoopWatch::EventLoopWatch(Handle* handle) : handle_(handle) {}
EventLoopWatch::~EventLoopWatch() {}
void EventLoopWatch::start() {}
void EventLoopWatch::stop() {}

#endif

}  // namespace curve::addon
