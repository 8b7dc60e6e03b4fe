// A core client as JavaScript holds it: promises, pinned buffers, and an end that is always orderly.
//
// Life times, in the order in which they can go wrong:
// - While a call is pending its buffer and the handle itself are referenced, so neither can be collected.
// - A completion may only touch the environment on the JS thread: the I/O thread queues it and wakes that thread up
//   once for all that have gathered.
// - When the environment ends (worker terminated, process.exit), its cleanup hooks run in reverse order. Ours was
//   added after the threadsafe function's, so it runs first and ends the I/O thread; nobody can then call a
//   threadsafe function that is gone, nor write into memory that is.
#pragma once

#include <napi.h>

#include <future>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "client/client.h"

namespace curve::addon {

class ClientHandle {
 public:
  // The External that JavaScript gets; empty, with a reason, when the client cannot start.
  static Napi::Value create(Napi::Env env, Config config, std::string& error);
  // Throws a JS TypeError for anything else.
  static ClientHandle& of(const Napi::Value& value);

  Napi::Value submit(Napi::Env env, const Napi::Value& self, Command command, const Napi::Value& buffer);
  Napi::Value submitSync(Napi::Env env, Command command);
  void cancel(uint64_t id) { client_->cancel(id); }
  const Stats& stats() const { return client_->stats(); }

 private:
  struct Pending {
    Op op;
    napi_deferred deferred;
    Napi::ObjectReference self;
    Napi::ObjectReference buffer;
  };

  explicit ClientHandle(Napi::Env env) : env_(env) {}
  ~ClientHandle() = default;

  static void onWake(napi_env env, napi_value, void* context, void*);
  static void onEnvironmentEnd(void* handle);
  static void onCollected(napi_env env, void* handle, void*);

  void completed(std::vector<Completed>&& batch);  // I/O thread
  void deliver(Napi::Env env);
  void deliverOne(Napi::Env env, uint64_t id, const Result& result);
  void settle(Napi::Env env, Pending& pending, const Result& result);
  void stop();

  const napi_env env_;
  std::unique_ptr<Client> client_;
  bool stopped_ = false;
  napi_threadsafe_function wake_ = nullptr;
  std::unordered_map<uint64_t, Pending> pending_;

  std::mutex mutex_;
  std::vector<Completed> completed_;
  // The command that the JS thread is blocked by, if any, and its result.
  uint64_t awaited_ = 0;
  std::promise<Result> awaitedResult_;
};

}  // namespace curve::addon
