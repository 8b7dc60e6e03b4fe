#include "client_handle.h"

#include "convert.h"

namespace curve::addon {

namespace {
constexpr napi_type_tag kTag = {0x9c1f6f3a52ab4e07, 0xb3d2c84417a0e695};

Result notInitialised() { return Result(Failure::ofClient(libcurve::kFailed, "not initialised")); }
}  // namespace

Napi::Value ClientHandle::create(Napi::Env env, Config config, std::string& error) {
  auto* handle = new ClientHandle(env);
  handle->client_ = Client::create(
      std::move(config), [handle](std::vector<Completed>&& batch) { handle->completed(std::move(batch)); }, error);
  if (!handle->client_) {
    delete handle;
    return Napi::Value();
  }
  napi_create_threadsafe_function(env, nullptr, nullptr, Napi::String::New(env, "curve-native"), 0, 1, nullptr,
                                  nullptr, handle, onWake, &handle->wake_);
  // Only pending calls keep the process alive, not an idle client.
  napi_unref_threadsafe_function(env, handle->wake_);
  napi_add_env_cleanup_hook(env, onEnvironmentEnd, handle);
  napi_value external;
  napi_create_external(env, handle, onCollected, nullptr, &external);
  napi_type_tag_object(env, external, &kTag);
  return Napi::Value(env, external);
}

ClientHandle& ClientHandle::of(const Napi::Value& value) {
  bool ours = false;
  void* handle = nullptr;
  if (!value.IsExternal() || napi_check_object_type_tag(value.Env(), value, &kTag, &ours) != napi_ok || !ours ||
      napi_get_value_external(value.Env(), value, &handle) != napi_ok) {
    throw Napi::TypeError::New(value.Env(), "not a client handle");
  }
  return *static_cast<ClientHandle*>(handle);
}

Napi::Value ClientHandle::submit(Napi::Env env, const Napi::Value& self, Command command, const Napi::Value& buffer) {
  const uint64_t id = command.id;
  Pending pending{command.op, nullptr, {}, {}};
  napi_value promise;
  napi_create_promise(env, &pending.deferred, &promise);
  if (stopped_) {
    settle(env, pending, command.op == Op::uninit ? Result() : notInitialised());
    return Napi::Value(env, promise);
  }
  pending.self = Napi::Persistent(self.As<Napi::Object>());
  if (!buffer.IsUndefined()) pending.buffer = Napi::Persistent(buffer.As<Napi::Object>());
  if (pending_.empty()) napi_ref_threadsafe_function(env, wake_);
  pending_.emplace(id, std::move(pending));
  client_->submit(std::move(command));
  return Napi::Value(env, promise);
}

Napi::Value ClientHandle::submitSync(Napi::Env env, Command command) {
  const Op op = command.op;
  Result result = op == Op::uninit ? Result() : notInitialised();
  if (!stopped_) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      awaited_ = command.id;
      awaitedResult_ = {};
    }
    auto future = awaitedResult_.get_future();
    client_->submit(std::move(command));
    result = future.get();
    if (op == Op::uninit) stop();
  }
  if (result.failure) throw Napi::Error(env, toError(env, *result.failure));
  return toValue(env, op, result);
}

void ClientHandle::completed(std::vector<Completed>&& batch) {
  bool wake;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const bool none = completed_.empty();
    for (Completed& one : batch) {
      if (one.id == awaited_) {
        awaited_ = 0;
        awaitedResult_.set_value(std::move(one.result));
      } else {
        completed_.push_back(std::move(one));
      }
    }
    wake = none && !completed_.empty();
  }
  if (wake) napi_call_threadsafe_function(wake_, nullptr, napi_tsfn_nonblocking);
}

void ClientHandle::onWake(napi_env env, napi_value, void* context, void*) {
  // Without an environment there is nobody to tell, and the handle may be gone.
  if (env != nullptr) static_cast<ClientHandle*>(context)->deliver(env);
}

void ClientHandle::deliver(Napi::Env env) {
  std::vector<Completed> completed;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    completed.swap(completed_);
  }
  for (const auto& [id, result] : completed) {
    Napi::HandleScope scope(env);
    deliverOne(env, id, result);
  }
}

void ClientHandle::deliverOne(Napi::Env env, uint64_t id, const Result& result) {
  auto node = pending_.extract(id);
  if (node.empty()) return;
  if (pending_.empty()) napi_unref_threadsafe_function(env, wake_);
  if (node.mapped().op == Op::uninit && !result.failure) stop();
  settle(env, node.mapped(), result);
}

void ClientHandle::settle(Napi::Env env, Pending& pending, const Result& result) {
  try {
    if (result.failure) {
      napi_reject_deferred(env, pending.deferred, toError(env, *result.failure));
    } else {
      napi_resolve_deferred(env, pending.deferred, toValue(env, pending.op, result));
    }
  } catch (const Napi::Error&) {
    // The environment is being terminated; nobody waits for this promise any more.
  }
}

// Calls still under way are completed as canceled by the time this returns.
void ClientHandle::stop() {
  stopped_ = true;
  client_->stop();
}

void ClientHandle::onEnvironmentEnd(void* data) {
  auto* handle = static_cast<ClientHandle*>(data);
  handle->stop();
  handle->wake_ = nullptr;  // the environment disposes of it
}

void ClientHandle::onCollected(napi_env, void* data, void*) {
  auto* handle = static_cast<ClientHandle*>(data);
  if (handle->wake_ != nullptr) {
    napi_remove_env_cleanup_hook(handle->env_, onEnvironmentEnd, handle);
    handle->stop();
    napi_release_threadsafe_function(handle->wake_, napi_tsfn_abort);
  }
  delete handle;
}

}  // namespace curve::addon
