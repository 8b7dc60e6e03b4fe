// The addon's export: the class of clients.
#include <napi.h>

#include "client_handle.h"

namespace curve::addon {

namespace {
Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports["Client"] = ClientHandle::define(env);
  return exports;
}
}  // namespace

NODE_API_MODULE(curve_native, init)

}  // namespace curve::addon
