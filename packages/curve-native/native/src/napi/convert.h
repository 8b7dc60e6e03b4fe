// JS values to commands, results to JS values.
#pragma once

#include <napi.h>

#include "client/command.h"
#include "stats.h"

namespace curve::addon {

// Throws a JS TypeError on a value of the wrong kind. `data` is left to the caller, who must pin it.
Command toCommand(Op op, const Napi::Object& args);

// What a successful call returns.
Napi::Value toValue(Napi::Env env, Op op, const Result& result);
Napi::Value toError(Napi::Env env, const Failure& failure);
Napi::Value toStatistics(Napi::Env env, const Stats& stats);

}  // namespace curve::addon
