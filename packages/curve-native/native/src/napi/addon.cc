// The addon's exports.
#include <napi.h>

#include "client_handle.h"
#include "convert.h"

namespace curve::addon {

namespace {

Settings toSettings(const Napi::Object& object) {
  Settings settings = sampleSettings();
  const Napi::Array keys = object.GetPropertyNames();
  for (uint32_t i = 0; i < keys.Length(); i++) {
    const Napi::Value key = keys[i];
    settings[key.ToString()] = object.Get(key).ToString();
  }
  return settings;
}

// createClient(path | settings): handle
Napi::Value createClient(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Settings settings;
  std::string error;
  Config config;
  const bool read = info[0].IsString() ? readSettings(info[0].As<Napi::String>(), settings, error) : true;
  if (!info[0].IsString()) settings = toSettings(info[0].ToObject());
  if (read && makeConfig(settings, config, error)) {
    const Napi::Value handle = ClientHandle::create(env, std::move(config), error);
    if (!handle.IsEmpty()) return handle;
  }
  throw Napi::Error(env, toError(env, Failure::ofClient(libcurve::kFailed, error)));
}

Command commandOf(const Napi::CallbackInfo& info) {
  const uint32_t op = info[1].As<Napi::Number>().Uint32Value();
  if (op > static_cast<uint32_t>(Op::uninit)) throw Napi::TypeError::New(info.Env(), "no such call");
  const Napi::Object args = info[4].As<Napi::Object>();
  Command command = toCommand(static_cast<Op>(op), args);
  command.id = static_cast<uint64_t>(info[2].As<Napi::Number>().Int64Value());
  command.deadlineMs = static_cast<uint64_t>(info[3].As<Napi::Number>().Int64Value());
  if (command.op == Op::read || command.op == Op::write) {
    if (!info[5].IsTypedArray()) throw Napi::TypeError::New(info.Env(), "the buffer must be a Uint8Array");
    Napi::Uint8Array bytes = info[5].As<Napi::Uint8Array>();
    command.data = bytes.Data();
    command.length = bytes.ByteLength();
  }
  return command;
}

// submit(handle, op, id, deadlineMs, args, buffer?): Promise
Napi::Value submit(const Napi::CallbackInfo& info) {
  ClientHandle& handle = ClientHandle::of(info[0]);
  return handle.submit(info.Env(), info[0], commandOf(info), info[5]);
}

// submitSync: the same, but blocking and returning or throwing.
Napi::Value submitSync(const Napi::CallbackInfo& info) {
  ClientHandle& handle = ClientHandle::of(info[0]);
  return handle.submitSync(info.Env(), commandOf(info));
}

// cancel(handle, id)
void cancel(const Napi::CallbackInfo& info) {
  ClientHandle::of(info[0]).cancel(static_cast<uint64_t>(info[1].As<Napi::Number>().Int64Value()));
}

// statistics(handle)
Napi::Value statistics(const Napi::CallbackInfo& info) {
  return toStatistics(info.Env(), ClientHandle::of(info[0]).stats());
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports["createClient"] = Napi::Function::New(env, createClient);
  exports["submit"] = Napi::Function::New(env, submit);
  exports["submitSync"] = Napi::Function::New(env, submitSync);
  exports["cancel"] = Napi::Function::New(env, cancel);
  exports["statistics"] = Napi::Function::New(env, statistics);
  return exports;
}

}  // namespace

NODE_API_MODULE(curve_native, init)

}  // namespace curve::addon
