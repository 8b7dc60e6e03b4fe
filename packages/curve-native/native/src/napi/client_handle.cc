#include "client_handle.h"

#include <algorithm>
#include <new>

#include "convert.h"

namespace curve::addon {

namespace {

// Arguments of every call: op, id, deadlineMs.
Command commandOf(const Napi::CallbackInfo& info) {
  const uint32_t op = info[0].As<Napi::Number>().Uint32Value();
  if (op > static_cast<uint32_t>(Op::uninit)) throw Napi::TypeError::New(info.Env(), "no such call");
  Command command;
  command.op = static_cast<Op>(op);
  command.id = static_cast<uint64_t>(info[1].As<Napi::Number>().Int64Value());
  command.deadlineMs = static_cast<uint64_t>(info[2].As<Napi::Number>().Int64Value());
  return command;
}

// And then an object of named arguments.
Command namedCommand(const Napi::CallbackInfo& info) {
  Command command = commandOf(info);
  fillCommand(command, info[3].As<Napi::Object>());
  return command;
}

// Or, of reads and writes: descriptor, offset, buffer.
Command transferCommand(const Napi::CallbackInfo& info) {
  Command command = commandOf(info);
  command.fd = static_cast<int64_t>(toInteger(info[3], "fd"));
  command.offset = toInteger(info[4], "offset");
  napi_typedarray_type type;
  size_t length;
  void* data;
  if (napi_get_typedarray_info(info.Env(), info[5], &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != napi_uint8_array) {
    throw Napi::TypeError::New(info.Env(), "the buffer must be a Uint8Array");
  }
  command.data = static_cast<uint8_t*>(data);
  command.length = length;
  return command;
}

}  // namespace

Napi::Function ClientHandle::define(Napi::Env env) {
  return DefineClass(env, "Client",
                     {InstanceMethod<&ClientHandle::submit>("submit"),
                      InstanceMethod<&ClientHandle::submitSync>("submitSync"),
                      InstanceMethod<&ClientHandle::transfer>("transfer"),
                      InstanceMethod<&ClientHandle::transferSync>("transferSync"),
                      InstanceMethod<&ClientHandle::cancel>("cancel"),
                      InstanceMethod<&ClientHandle::statistics>("statistics"),
                      InstanceMethod<&ClientHandle::mdsAddresses>("mdsAddresses")});
}

ClientHandle::ClientHandle(const Napi::CallbackInfo& info)
    : ObjectWrap(info), env_(info.Env()), asyncContext_(info.Env(), "curve-native") {
  Config config = toConfig(info[0]);
  auto transfers = info[1].As<Napi::Float64Array>();
  transfersReference_ = Napi::Reference<Napi::Float64Array>::New(transfers, 1);
  transfers_ = transfers.Data();
  maxTransfers_ = transfers.ElementLength() / 2;
  // Weak until a call is pending.
  settled_ = Napi::Weak(info[2].As<Napi::Function>());

  std::string error;
  client_ = Client::create(
      std::move(config), [this](std::vector<Completed>& batch) { completed(batch); }, error);
  if (!client_) throw Napi::Error(env_, toError(env_, Failure::refused(libcurve::kFailed, error)));

  if (napi_create_threadsafe_function(env_, nullptr, nullptr, Napi::String::New(env_, "curve-native"), 0, 1, nullptr,
                                      nullptr, this, onWake, &wake_) != napi_ok) {
    wake_ = nullptr;
    const Failure failure = Failure::refused(libcurve::kFailed, "Node.js has no way to hear of the client's thread");
    throw Napi::Error(env_, toError(env_, failure));
  }
  // Only pending calls keep the process alive, not an idle client.
  napi_unref_threadsafe_function(env_, wake_);
  napi_add_env_cleanup_hook(env_, onEnvironmentEnd, this);
  try {
    watch_ = EventLoopWatch::create(env_, client_->descriptor(), [this] { attend(); });
  } catch (const std::bad_alloc&) {
    // It does without.
  }
}

ClientHandle::~ClientHandle() {
  if (wake_ == nullptr) return;
  napi_remove_env_cleanup_hook(env_, onEnvironmentEnd, this);
  stop();
  watch_.reset();
  napi_release_threadsafe_function(wake_, napi_tsfn_abort);
}

// The environment disposes of the threadsafe function.
void ClientHandle::onEnvironmentEnd(void* data) {
  auto* handle = static_cast<ClientHandle*>(data);
  handle->stop();
  handle->wake_ = nullptr;
}

// Calls still under way are completed as canceled by the time this returns.
void ClientHandle::stop() {
  stopped_ = true;
  client_->stop();
}

Napi::Value ClientHandle::submit(const Napi::CallbackInfo& info) { return start(info.Env(), namedCommand(info)); }
Napi::Value ClientHandle::submitSync(const Napi::CallbackInfo& info) { return wait(info.Env(), namedCommand(info)); }
Napi::Value ClientHandle::transfer(const Napi::CallbackInfo& info) { return start(info.Env(), transferCommand(info)); }
Napi::Value ClientHandle::transferSync(const Napi::CallbackInfo& info) {
  return wait(info.Env(), transferCommand(info));
}

void ClientHandle::cancel(const Napi::CallbackInfo& info) {
  client_->cancel(static_cast<uint64_t>(info[0].As<Napi::Number>().Int64Value()));
}

Napi::Value ClientHandle::statistics(const Napi::CallbackInfo& info) {
  return toStatistics(info.Env(), client_->stats(), client_->waits().list());
}

Napi::Value ClientHandle::mdsAddresses(const Napi::CallbackInfo& info) {
  return toAddresses(info.Env(), client_->mdsAddresses());
}

// False: done already, and nothing will be told. Throws for a client that has ended.
Napi::Value ClientHandle::start(Napi::Env env, Command command) {
  if (stopped_) {
    if (command.op != Op::uninit) throw Napi::Error(env, toError(env, Failure::ended()));
    return Napi::Boolean::New(env, false);
  }
  if (pending_++ == 0) {
    napi_ref_threadsafe_function(env, wake_);
    Ref();
    settled_.Ref();
  }
  command.attended = watch_ != nullptr;
  const bool attend = client_->submit(std::move(command));
  if (watch_) attend ? watch_->start() : watch_->stop();
  return Napi::Boolean::New(env, true);
}

void ClientHandle::attend() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    attending_ = true;
  }
  if (!client_->attend()) watch_->stop();
  bool any;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    attending_ = false;
    any = !completed_.empty();
  }
  if (!any) return;
  Napi::HandleScope scope(env_);
  Napi::CallbackScope callback(env_, asyncContext_);
  deliver(env_);
}

Napi::Value ClientHandle::wait(Napi::Env env, Command command) {
  const Op op = command.op;
  Result result = op == Op::uninit ? Result() : Result(Failure::ended());
  if (!stopped_) {
    command.attended = true;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      awaited_ = command.id;
    }
    client_->submit(std::move(command));
    client_->attend([this] {
      std::lock_guard<std::mutex> lock(mutex_);
      return awaitedResult_.has_value();
    });
    std::unique_lock<std::mutex> lock(mutex_);
    arrived_.wait(lock, [this] { return awaitedResult_.has_value(); });
    result = *std::exchange(awaitedResult_, std::nullopt);
    lock.unlock();
    if (op == Op::uninit) stop();
  }
  if (result.failure) throw Napi::Error(env, toError(env, *result.failure));
  return toValue(env, op, result);
}

void ClientHandle::completed(std::vector<Completed>& batch) {
  bool wake;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const bool none = completed_.empty();
    // First, so that either all are taken or none.
    const size_t size = completed_.size() + batch.size();
    if (size > completed_.capacity()) completed_.reserve(std::max(size, 2 * completed_.capacity()));
    for (Completed& one : batch) {
      if (one.id == awaited_) {
        awaited_ = 0;
        awaitedResult_ = std::move(one.result);
        arrived_.notify_one();
      } else {
        completed_.push_back(std::move(one));
      }
    }
    wake = none && !completed_.empty() && !attending_;
  }
  if (wake) napi_call_threadsafe_function(wake_, nullptr, napi_tsfn_nonblocking);
}

void ClientHandle::onWake(napi_env env, napi_value, void* context, void*) {
  // Without an environment there is nobody to tell, and the handle may be gone.
  if (env != nullptr) static_cast<ClientHandle*>(context)->deliver(env);
}

void ClientHandle::deliver(Napi::Env env) {
  std::vector<Completed> batch;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    batch.swap(completed_);
  }
  if (batch.empty()) return;
  try {
    settle(env, batch);
  } catch (const Napi::Error&) {
    // The environment is being terminated; nobody waits for these calls any more.
  }
  pending_ -= batch.size();
  if (pending_ == 0) {
    napi_unref_threadsafe_function(env, wake_);
    settled_.Unref();
    Unref();
  }
}

void ClientHandle::settle(Napi::Env env, const std::vector<Completed>& batch) {
  size_t transfers = 0;
  Napi::Array others;
  const auto tell = [&] {
    settled_.Call({Napi::Number::New(env, static_cast<double>(transfers)), others.IsEmpty() ? env.Undefined() : others});
    transfers = 0;
    others = {};
  };
  for (const Completed& one : batch) {
    if ((one.op == Op::read || one.op == Op::write) && !one.result.failure) {
      transfers_[2 * transfers] = static_cast<double>(one.id);
      transfers_[2 * transfers + 1] = static_cast<double>(one.result.number);
      if (++transfers == maxTransfers_) tell();
      continue;
    }
    if (one.op == Op::uninit && !one.result.failure) stop();
    if (others.IsEmpty()) others = Napi::Array::New(env);
    Napi::HandleScope scope(env);
    others[others.Length()] = toOutcome(env, one);
  }
  if (transfers > 0 || !others.IsEmpty()) tell();
}

}  // namespace curve::addon
