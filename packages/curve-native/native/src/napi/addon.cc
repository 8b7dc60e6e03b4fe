// What the addon exports: the class of clients, and what JavaScript knows the right addon by.
#include <napi.h>

#include "client/command.h"
#include "client_handle.h"

namespace curve::addon {

namespace {
#define CURVE_OPERATION(name) #name,
constexpr const char* kOperations[] = {CURVE_OPERATIONS(CURVE_OPERATION)};
#undef CURVE_OPERATION

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports["version"] = Napi::String::New(env, CURVE_NATIVE_VERSION);
  Napi::Array operations = Napi::Array::New(env);
  for (const char* name : kOperations) operations[operations.Length()] = Napi::String::New(env, name);
  exports["operations"] = operations;
  exports["Client"] = ClientHandle::define(env);
  return exports;
}
}  // namespace

NODE_API_MODULE(curve_native, init)

}  // namespace curve::addon
