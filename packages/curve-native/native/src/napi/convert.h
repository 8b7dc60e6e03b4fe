// JS values to commands, results to JS values.
#pragma once

#include <napi.h>

#include "client/command.h"
#include "config/config.h"
#include "stats.h"
#include "waits.h"

namespace curve::addon {

// These throw a JS TypeError on a value of the wrong kind.
// Negative numbers wrap around, and are then refused like any other that is too large.
uint64_t toInteger(const Napi::Value& value, const char* name);
// The named arguments of any call but reads and writes.
void fillCommand(Command& command, const Napi::Object& args);
// A path, or keys and values. Throws a NativeError when no client can work with it.
Config toConfig(const Napi::Value& value);

// What a successful call returns.
Napi::Value toValue(Napi::Env env, Op op, const Result& result);
Napi::Value toError(Napi::Env env, const Failure& failure);
// [id, error, value], one of the last two undefined.
Napi::Value toOutcome(Napi::Env env, const Completed& completed);
Napi::Value toAddresses(Napi::Env env, const std::vector<net::Endpoint>& endpoints);
Napi::Value toStatistics(Napi::Env env, const Stats& stats, const std::vector<Waits::Report>& waits);

}  // namespace curve::addon
