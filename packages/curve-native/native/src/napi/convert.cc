#include "convert.h"

#include <fcntl.h>

#include <cmath>

namespace curve::addon {

namespace {

std::string text(const Napi::Object& args, const char* name) {
  const Napi::Value v = args.Get(name);
  if (v.IsUndefined()) return "";
  if (!v.IsString()) throw Napi::TypeError::New(args.Env(), std::string(name) + " must be a string");
  return v.As<Napi::String>().Utf8Value();
}

uint64_t number(const Napi::Object& args, const char* name) {
  const Napi::Value v = args.Get(name);
  return v.IsUndefined() ? 0 : toInteger(v, name);
}

// A copy of a message.
std::string bytes(const Napi::Object& args, const char* name) {
  const Napi::Value v = args.Get(name);
  if (!v.IsTypedArray() || v.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    throw Napi::TypeError::New(args.Env(), std::string(name) + " must be a Uint8Array");
  }
  const auto array = v.As<Napi::Uint8Array>();
  return std::string(reinterpret_cast<const char*>(array.Data()), array.ByteLength());
}

// The connection goes on when whoever gives it closes its own.
nbd::Terms terms(const Napi::Object& args) {
  nbd::Terms t;
  t.socket = net::Fd(::fcntl(static_cast<int>(number(args, "socket")), F_DUPFD_CLOEXEC, 0));
  t.received = bytes(args, "received");
  t.structured = args.Get("structured").ToBoolean();
  t.readOnly = args.Get("readOnly").ToBoolean();
  t.size = number(args, "size");
  t.requests = number(args, "requests");
  t.bytes = number(args, "bytes");
  t.totalBytes = number(args, "totalBytes");
  t.stall = std::chrono::milliseconds(number(args, "stallTimeout"));
  const Napi::Value counts = args.Get("counts");
  if (!counts.IsTypedArray() || counts.As<Napi::TypedArray>().TypedArrayType() != napi_biguint64_array ||
      counts.As<Napi::TypedArray>().ElementLength() < nbd::kCounts) {
    throw Napi::TypeError::New(args.Env(), "counts must be a BigUint64Array");
  }
  t.counts = counts.As<Napi::BigUint64Array>().Data();
  return t;
}

Settings toSettings(const Napi::Object& object) {
  Settings settings = sampleSettings();
  const Napi::Array keys = object.GetPropertyNames();
  for (uint32_t i = 0; i < keys.Length(); i++) {
    const Napi::Value key = keys[i];
    settings[key.ToString()] = object.Get(key).ToString();
  }
  return settings;
}

uint32_t id(const Napi::Value& v, const char* name) {
  const double d = v.IsNumber() ? v.As<Napi::Number>().DoubleValue() : NAN;
  if (!(d >= 0 && d <= UINT32_MAX) || std::trunc(d) != d) {
    throw Napi::TypeError::New(v.Env(), std::string(name) + ": an id is an integer from 0 to 2^32-1");
  }
  return static_cast<uint32_t>(d);
}

std::vector<uint32_t> ids(const Napi::Object& args, const char* name) {
  const Napi::Value v = args.Get(name);
  if (!v.IsArray()) throw Napi::TypeError::New(args.Env(), std::string(name) + " must be an array");
  std::vector<uint32_t> out;
  const Napi::Array array = v.As<Napi::Array>();
  for (uint32_t i = 0; i < array.Length(); i++) {
    const Napi::Value item = array[i];
    out.push_back(id(item, name));
  }
  return out;
}

Napi::Value big(Napi::Env env, const std::optional<uint64_t>& v) { return Napi::BigInt::New(env, v.value_or(0)); }
Napi::Value str(Napi::Env env, const std::optional<std::string>& v) { return Napi::String::New(env, v.value_or("")); }
Napi::Value num(Napi::Env env, double v) { return Napi::Number::New(env, v); }

Napi::Value fileInfo(Napi::Env env, const wire::FileInfo& f) {
  Napi::Object o = Napi::Object::New(env);
  o["id"] = big(env, f.id);
  o["parentId"] = big(env, f.parentId);
  o["fileName"] = str(env, f.fileName);
  o["fileType"] = num(env, f.fileType ? f.fileType->value : 0);
  o["owner"] = str(env, f.owner);
  o["chunkSize"] = num(env, f.chunkSize.value_or(0));
  o["segmentSize"] = num(env, f.segmentSize.value_or(0));
  o["length"] = big(env, f.length);
  o["ctime"] = big(env, f.ctime);
  o["seqNum"] = big(env, f.seqNum);
  o["fileStatus"] = num(env, f.fileStatus ? f.fileStatus->value : 0);
  o["originalFullPathName"] = str(env, f.originalFullPathName);
  o["stripeUnit"] = big(env, f.stripeUnit);
  o["stripeCount"] = big(env, f.stripeCount);
  o["epoch"] = big(env, f.epoch);
  o["poolset"] = str(env, f.poolset);
  o["blocksize"] = num(env, f.blocksize.value_or(4096));
  Napi::Array throttle = Napi::Array::New(env);
  if (f.throttleParams) {
    for (const auto& p : f.throttleParams->params) {
      Napi::Object t = Napi::Object::New(env);
      t["type"] = num(env, p.type.value);
      t["limit"] = big(env, p.limit);
      t["burst"] = big(env, p.burst);
      t["burstLength"] = big(env, p.burstLength);
      throttle[throttle.Length()] = t;
    }
  }
  o["throttle"] = throttle;
  return o;
}

template <class Items, class Convert>
Napi::Value array(Napi::Env env, const Items& items, Convert convert) {
  Napi::Array out = Napi::Array::New(env, items.size());
  for (uint32_t i = 0; i < items.size(); i++) {
    // A scope each: a directory may have very many entries.
    Napi::HandleScope scope(env);
    out[i] = convert(items[i]);
  }
  return out;
}

Napi::Value segment(Napi::Env env, const wire::PageFileSegment& s) {
  Napi::Object o = Napi::Object::New(env);
  o["startOffset"] = big(env, s.startOffset);
  o["segmentSize"] = num(env, s.segmentSize);
  o["chunkSize"] = num(env, s.chunkSize);
  o["logicalPoolId"] = num(env, s.logicalPoolId);
  o["chunks"] = array(env, s.chunks, [env](const wire::PageFileChunkInfo& c) {
    Napi::Object chunk = Napi::Object::New(env);
    chunk["copysetId"] = num(env, c.copysetId);
    chunk["chunkId"] = big(env, c.chunkId);
    return chunk;
  });
  return o;
}

Napi::Value copyset(Napi::Env env, const wire::CopySetServerInfo& c) {
  Napi::Object o = Napi::Object::New(env);
  o["copysetId"] = num(env, c.copysetId);
  o["chunkservers"] = array(env, c.chunkServers, [env](const wire::ChunkServerLocation& l) {
    Napi::Object server = Napi::Object::New(env);
    server["id"] = num(env, l.chunkServerId);
    server["ip"] = Napi::String::New(env, l.hostIp);
    server["port"] = num(env, l.port);
    server["externalIp"] = str(env, l.externalIp);
    return server;
  });
  return o;
}

struct KindName {
  const char* operator()(Failure::Refused) const { return "client"; }
  const char* operator()(mds::Status) const { return "mds"; }
  const char* operator()(topology::Status) const { return "topology"; }
  const char* operator()(chunk::Status) const { return "chunk"; }
  const char* operator()(rpc::Error) const { return "rpc"; }
  const char* operator()(Failure::TimedOut) const { return "timeout"; }
  const char* operator()(Failure::Canceled) const { return "canceled"; }
};

// 0 of what is no server's number.
int statusOf(const Failure::Reason& reason) {
  return std::visit(
      [](auto value) {
        if constexpr (std::is_enum_v<decltype(value)>) return numberOf(value);
        else return 0;
      },
      reason);
}

Napi::Value handedUp(Napi::Env env, const nbd::HandedUp& h) {
  Napi::Object o = Napi::Object::New(env);
  o["number"] = num(env, static_cast<double>(h.number));
  o["request"] = Napi::Buffer<uint8_t>::Copy(env, h.request.bytes.data(), h.request.bytes.size());
  if (h.data) o["data"] = Napi::Buffer<uint8_t>::Copy(env, h.data.data(), h.request.length);
  if (h.failure) o["error"] = toError(env, *h.failure);
  return o;
}

}  // namespace

uint64_t toInteger(const Napi::Value& v, const char* name) {
  double d;
  if (napi_get_value_double(v.Env(), v, &d) != napi_ok) {
    bool fits = false;
    uint64_t integer = 0;
    if (v.IsBigInt()) {
      integer = v.As<Napi::BigInt>().Uint64Value(&fits);
      if (!fits) integer = static_cast<uint64_t>(v.As<Napi::BigInt>().Int64Value(&fits));
    }
    if (fits) return integer;
    d = NAN;
  }
  if (!(std::fabs(d) <= 9007199254740991.0) || std::trunc(d) != d) {
    throw Napi::TypeError::New(v.Env(), std::string(name) + " must be an integer" + (v.IsBigInt() ? " of 64 bits" : ""));
  }
  return static_cast<uint64_t>(static_cast<int64_t>(d));
}

Config toConfig(const Napi::Value& value) {
  const Napi::Env env = value.Env();
  Settings settings;
  Config config;
  std::string error;
  const bool read = value.IsString() ? readSettings(value.As<Napi::String>(), settings, error) : true;
  if (!value.IsString()) settings = toSettings(value.ToObject());
  if (read && makeConfig(settings, config, error)) return config;
  throw Napi::Error(env, toError(env, Failure::refused(libcurve::kFailed, error)));
}

void fillCommand(Command& c, const Napi::Object& args) {
  c.fd = static_cast<int64_t>(number(args, "fd"));
  c.offset = number(args, "offset");
  c.length = number(args, "length");
  switch (c.op) {
    case Op::close:
    case Op::statFd:
    case Op::discard:
    case Op::holdWrites:
    case Op::releaseWrites:
    case Op::nbdNext:
    case Op::nbdEnd:
      return;
    default:
      break;
  }
  c.arguments = std::make_unique<Arguments>();
  Arguments& a = *c.arguments;
  if (c.op == Op::nbdServe) {
    a.terms = terms(args);
    return;
  }
  if (c.op == Op::copysetServers) {
    a.logicalPoolId = id(args.Get("logicalPoolId"), "logicalPoolId");
    a.copysetIds = ids(args, "copysetIds");
    return;
  }
  if (c.op == Op::unary) {
    a.call = {text(args, "service"), text(args, "method"), bytes(args, "message")};
    a.call.dateField = static_cast<uint32_t>(number(args, "dateField"));
    a.call.signatureField = static_cast<uint32_t>(number(args, "signatureField"));
    a.call.attachmentSize = number(args, "attachmentSize");
    a.call.once = args.Get("once").ToBoolean();
    a.server = text(args, "server");
  }
  a.path = text(args, "path");
  a.other = text(args, "other");
  a.user.owner = text(args, "owner");
  a.user.password = text(args, "password");
  a.stripeUnit = number(args, "stripeUnit");
  a.stripeCount = number(args, "stripeCount");
  a.fileId = number(args, "fileId");
  a.exclusive = args.Get("exclusive").ToBoolean();
  a.failWhenLost = args.Get("failWhenLost").ToBoolean();
}

Napi::Value toValue(Napi::Env env, Op op, const Result& result) {
  switch (op) {
    case Op::stat:
    case Op::statFd:
      return fileInfo(env, result.answer->files.front());
    case Op::list:
      return array(env, result.answer->files, [env](const wire::FileInfo& f) { return fileInfo(env, f); });
    case Op::nbdServe:
    case Op::clusterId:
      return Napi::String::New(env, result.answer->text);
    case Op::nbdNext:
      if (!result.answer) return env.Undefined();
      return array(env, result.answer->requests, [env](const nbd::HandedUp& h) { return handedUp(env, h); });
    case Op::unary: {
      Napi::Object o = Napi::Object::New(env);
      const auto buffer = [env](const std::string& s) { return Napi::Buffer<char>::Copy(env, s.data(), s.size()); };
      o["message"] = buffer(result.answer->text);
      o["attachment"] = buffer(result.answer->attachment);
      return o;
    }
    case Op::listPoolset:
      return array(env, result.answer->poolsets, [env](const wire::PoolsetInfo& p) {
        Napi::Object o = Napi::Object::New(env);
        o["id"] = num(env, p.id);
        o["name"] = Napi::String::New(env, p.name);
        o["type"] = Napi::String::New(env, p.type);
        o["description"] = str(env, p.description);
        return o;
      });
    case Op::mountPoints:
      return array(env, result.answer->clients, [env](const wire::ClientInfo& c) {
        Napi::Object o = Napi::Object::New(env);
        o["ip"] = Napi::String::New(env, c.ip);
        o["port"] = num(env, c.port);
        return o;
      });
    case Op::allocatedSize: {
      Napi::Object o = Napi::Object::New(env);
      o["total"] = big(env, result.number);
      o["byPool"] = array(env, result.answer->sizes, [env](const wire::PoolSize& s) {
        Napi::Array pair = Napi::Array::New(env, 2);
        pair[0u] = num(env, s.poolId.value_or(0));
        pair[1u] = big(env, s.size);
        return pair;
      });
      return o;
    }
    case Op::segment:
      return result.answer->segment ? segment(env, *result.answer->segment) : env.Undefined();
    case Op::copysetServers:
      return array(env, result.answer->copysets, [env](const wire::CopySetServerInfo& c) { return copyset(env, c); });
    case Op::fileSize:
    case Op::increaseEpoch:
      return big(env, result.number);
    case Op::open:
    case Op::read:
    case Op::write:
      return num(env, static_cast<double>(result.number));
    default:
      return env.Undefined();
  }
}

Napi::Value toError(Napi::Env env, const Failure& failure) {
  Napi::Object error = Napi::Error::New(env, failure.message).Value();
  error["name"] = Napi::String::New(env, "CurveNativeError");
  error["kind"] = Napi::String::New(env, std::visit(KindName{}, failure.reason));
  error["status"] = num(env, statusOf(failure.reason));
  error["libcurveCode"] = num(env, numberOf(failure.libcurveCode));
  error["attempts"] = num(env, static_cast<double>(failure.attempts));
  if (!failure.cloneSource.empty()) error["cloneSource"] = str(env, failure.cloneSource);
  return error;
}

Napi::Value toOutcome(Napi::Env env, const Completed& completed) {
  const Result& result = completed.result;
  Napi::Array outcome = Napi::Array::New(env, 3);
  outcome[0u] = num(env, static_cast<double>(completed.id));
  outcome[1u] = result.failure ? toError(env, *result.failure) : env.Undefined();
  outcome[2u] = result.failure ? env.Undefined() : toValue(env, completed.op, result);
  return outcome;
}

static Napi::Value toWait(Napi::Env env, const Waits::Report& w) {
  Napi::Object o = Napi::Object::New(env);
  o["method"] = Napi::String::New(env, w.method);
  o["server"] = Napi::String::New(env, w.server);
  if (w.copyset != 0) {
    o["poolId"] = num(env, w.pool);
    o["copysetId"] = num(env, w.copyset);
  }
  o["kind"] = Napi::String::New(env, std::visit(KindName{}, w.reason));
  o["status"] = num(env, statusOf(w.reason));
  o["calls"] = num(env, static_cast<double>(w.calls));
  o["milliseconds"] = num(env, std::chrono::duration<double, std::milli>(net::Clock::now() - w.since).count());
  return o;
}

Napi::Value toAddresses(Napi::Env env, const std::vector<net::Endpoint>& endpoints) {
  return array(env, endpoints, [env](const net::Endpoint& e) { return Napi::String::New(env, e.text()); });
}

Napi::Value toStatistics(Napi::Env env, const Stats& s, const std::vector<Waits::Report>& waits) {
  Napi::Object o = Napi::Object::New(env);
  const auto set = [&](const char* name, const Stats::Counter& c) {
    o[name] = num(env, static_cast<double>(c.load(std::memory_order_relaxed)));
  };
  set("callsInFlight", s.callsInFlight);
  set("requestsInFlight", s.requestsInFlight);
  set("openVolumes", s.openVolumes);
  set("reads", s.reads);
  set("writes", s.writes);
  set("bytesRead", s.bytesRead);
  set("bytesWritten", s.bytesWritten);
  set("retries", s.retries);
  set("redirects", s.redirects);
  set("timeouts", s.timeouts);
  set("mdsRetries", s.mdsRetries);
  set("connects", s.connects);
  Napi::Array latency = Napi::Array::New(env, s.latency.size());
  for (uint32_t i = 0; i < s.latency.size(); i++) latency[i] = num(env, static_cast<double>(s.latency[i].load()));
  o["latency"] = latency;
  Napi::Array list = Napi::Array::New(env, waits.size());
  for (uint32_t i = 0; i < waits.size(); i++) list[i] = toWait(env, waits[i]);
  o["waits"] = list;
  return o;
}

}  // namespace curve::addon
