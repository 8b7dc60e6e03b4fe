// How a call fails.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "wire/status.h"

namespace curve {

struct Failure {
  // Decided by the client itself: nothing was sent, or what was answered lacks what was asked for.
  struct Refused {};
  // The call's deadline has passed.
  struct TimedOut {};
  // By the caller, or by the end of the client.
  struct Canceled {};

  // Either what a server answered, or why there was no answer; each status only in its own enumeration.
  using Reason = std::variant<Refused, mds::Status, topology::Status, chunk::Status, rpc::Error, TimedOut, Canceled>;

  Reason reason;
  libcurve::Code libcurveCode = libcurve::kFailed;
  std::string message;
  // How often what failed was tried; 0 when it was refused before anything was sent.
  uint64_t attempts = 0;
  // The volume it is about where that is another than the call's: the source of the clone that was read.
  std::string cloneSource;

  // What was answered to `method`, or why nothing was.
  template <class Status>
  static Failure of(const char* method, Status status) {
    return {status, libcurve::codeOf(status),
            std::string(method) + ": " + kindOf(status) + " " + std::to_string(numberOf(status)), 0, {}};
  }
  static Failure refused(libcurve::Code code, std::string message) { return {Refused{}, code, std::move(message), 0, {}}; }
  static Failure canceled() { return {Canceled{}, libcurve::kFailed, "canceled", 0, {}}; }
  // The client has ended, or is about to.
  static Failure ended() { return {Canceled{}, libcurve::kFailed, "not initialised", 0, {}}; }
  static Failure timedOut() { return {TimedOut{}, libcurve::kFailed, "deadline exceeded", 0, {}}; }

  // Whether this very status was answered.
  template <class Status>
  bool is(Status status) const {
    const Status* own = std::get_if<Status>(&reason);
    return own && *own == status;
  }

  // The same, where libcurve's call returns another code.
  Failure as(libcurve::Code code) const {
    Failure same = *this;
    same.libcurveCode = code;
    return same;
  }

  // The same, met in the source of a clone.
  Failure in(const std::string& source) const {
    Failure same = *this;
    same.cloneSource = source;
    return same;
  }

 private:
  static constexpr const char* kindOf(mds::Status) { return "MDS status"; }
  static constexpr const char* kindOf(topology::Status) { return "topology status"; }
  static constexpr const char* kindOf(chunk::Status) { return "chunk status"; }
  static constexpr const char* kindOf(rpc::Error) { return "RPC error"; }
};

using Outcome = std::optional<Failure>;

}  // namespace curve
