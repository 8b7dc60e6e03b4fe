// A core client as JavaScript holds it: its calls, their results, and an end that is always orderly.
//
// Who keeps what alive, in the order in which it can go wrong:
// - While calls are pending this is referenced, since a program may keep nothing but their promises; and so is the
//   function that is told of their results, and through it everything that they use, such as their buffers.
// - A completion may only touch the environment on the JS thread: the I/O thread queues it and wakes that thread up
//   once for all that have gathered.
// - One call at a time needs no change of threads: the JS thread begins it, its event loop watches the client's sockets
//   as well, and it takes in the answer; until there are more, or it is busy with other things.
// - When the environment ends (worker terminated, process.exit), its cleanup hooks run in reverse order. Ours was
//   added after the threadsafe function's, so it runs first and ends the I/O thread; nobody can then call a
//   threadsafe function that is gone, nor write into memory that is.
#pragma once

#include <napi.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "client/client.h"
#include "event_loop_watch.h"

namespace curve::addon {

// new Client(config, transfers, settled). Results of reads and writes that succeeded are stored in the Float64Array
// `transfers`, as pairs of id and number; then settled(count of these, [[id, error, value], …] of all others) is called.
class ClientHandle final : public Napi::ObjectWrap<ClientHandle> {
 public:
  static Napi::Function define(Napi::Env env);

  explicit ClientHandle(const Napi::CallbackInfo& info);
  ~ClientHandle() override;

 private:
  Napi::Value submit(const Napi::CallbackInfo& info);
  Napi::Value submitSync(const Napi::CallbackInfo& info);
  Napi::Value transfer(const Napi::CallbackInfo& info);
  Napi::Value transferSync(const Napi::CallbackInfo& info);
  void cancel(const Napi::CallbackInfo& info);
  Napi::Value statistics(const Napi::CallbackInfo& info);
  Napi::Value mdsAddresses(const Napi::CallbackInfo& info);

  Napi::Value start(Napi::Env env, Command command);
  Napi::Value wait(Napi::Env env, Command command);
  void attend();

  static void onWake(napi_env env, napi_value, void* context, void*);
  static void onEnvironmentEnd(void* handle);

  void completed(std::vector<Completed>& batch);  // I/O thread
  void deliver(Napi::Env env);
  void settle(Napi::Env env, const std::vector<Completed>& batch);
  void stop();

  const napi_env env_;
  Napi::Reference<Napi::Float64Array> transfersReference_;
  double* transfers_ = nullptr;
  size_t maxTransfers_ = 0;
  Napi::FunctionReference settled_;
  napi_threadsafe_function wake_ = nullptr;
  size_t pending_ = 0;
  bool stopped_ = false;

  // Null where JavaScript's event loop cannot wait for the client.
  std::unique_ptr<EventLoopWatch> watch_;
  Napi::AsyncContext asyncContext_;

  std::mutex mutex_;
  std::vector<Completed> completed_;
  // The JS thread will look at them without being woken up.
  bool attending_ = false;
  // The command that the JS thread is blocked by, if any, and its result.
  uint64_t awaited_ = 0;
  std::optional<Result> awaitedResult_;
  std::condition_variable arrived_;

  // Last: its thread uses all of the above.
  std::unique_ptr<Client> client_;
};

}  // namespace curve::addon
