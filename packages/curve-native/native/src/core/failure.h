// How a call fails.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "wire/status.h"

namespace curve {

struct Failure {
  enum class Kind { mds, chunk, client, timeout, canceled };

  Kind kind = Kind::client;
  // The status as received; for `client` the RPC-level code, or 0.
  int status = 0;
  int libcurveCode = libcurve::kFailed;
  std::string message;
  // How often what failed was tried; 0 when it was refused before anything was sent.
  uint64_t attempts = 0;

  static Failure ofClient(int libcurveCode, std::string message, int status = 0) {
    return {Kind::client, status, libcurveCode, std::move(message), 0};
  }
  static Failure ofMds(const char* method, int status, int libcurveCode);
  static Failure ofChunk(const char* method, int status);
  static Failure canceled() { return {Kind::canceled, 0, libcurve::kFailed, "canceled", 0}; }
  // The client has ended, or is about to.
  static Failure ended() { return {Kind::canceled, 0, libcurve::kFailed, "not initialised", 0}; }
  static Failure timedOut() { return {Kind::timeout, rpc::kTimedOut, libcurve::kFailed, "deadline exceeded", 0}; }
};

using Outcome = std::optional<Failure>;

inline Failure Failure::ofMds(const char* method, int status, int libcurveCode) {
  const char* name = mds::statusName(status);
  return {Kind::mds, status, libcurveCode,
          std::string(method) + ": " + (name ? name : "status") + " (" + std::to_string(status) + ")", 0};
}

inline Failure Failure::ofChunk(const char* method, int status) {
  const char* name = chunk::statusName(status);
  return {Kind::chunk, status, libcurve::fromChunk(status),
          std::string(method) + ": " + (name ? name : "status") + " (" + std::to_string(status) + ")", 0};
}

}  // namespace curve
