// Calls to whichever MDS leads: address failover, retries and budgets. Every open volume has its own, so that each
// finds the leader, and counts its log ids, by itself.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>

#include "context.h"
#include "failure.h"
#include "mds/raw_call.h"
#include "mds/user.h"
#include "wire/messages.h"

namespace curve::mds {

enum class Budget {
  perCall,    // mds.maxRetryMS
  unlimited,  // I/O waits for an MDS as long as it takes
  once,       // mds.maxRetryMS, and sent again only while it has certainly not been received: it must not be done late
};

// Told why a call failed (nothing: it did not), and the reply, which is meaningful only if it did not fail.
template <class Response>
using Done = std::function<void(const Outcome&, Response&)>;

class MdsClient {
 public:
  using Token = uint64_t;

  explicit MdsClient(Context& context);
  ~MdsClient();

  // Fills in date and signature anew for every attempt. `again` marks statuses to be repeated within the budget.
  template <class Response, class Request>
  Token call(const wire::Method& method, Request request, const User& user, Done<Response> done,
             Budget budget = Budget::perCall, std::function<bool(const Response&)> again = nullptr);

  // The same of a message that is not known here: any answer is a success, and given as it came.
  using DoneRaw = std::function<void(const Outcome&, std::string&)>;
  Token call(RawCall call, const User& user, DoneRaw done);

  // The call's callback will not run. Harmless for one that has ended.
  void cancel(Token token);

  // How often a call under way has been sent; 0 for any other.
  uint64_t attempts(Token token) const;
  // For the callback of a call whose answer lacks what it should have.
  Failure incomplete(const wire::Method& method) const;

 private:
  // What one attempt came to: an answer with a status that is final, be it a refusal; one whose status may change by
  // itself, so that the call is repeated within its budget; or none.
  struct Answered {};
  struct ToBeRepeated {};
  using Attempt = std::variant<Answered, ToBeRepeated, rpc::Error>;

  // A call without its message types.
  struct Spec {
    wire::Method method;
    Budget budget;
    std::function<std::string()> encode;
    std::function<Attempt(std::string_view)> decode;
    // Why an attempt was no success.
    std::function<Outcome(const Attempt&)> explain;
    // Told of the last attempt.
    std::function<void(const Attempt&)> done;
  };
  class Call;

  Token start(Spec spec);
  std::unique_ptr<Call> release(Token token);

  Context& context_;
  size_t working_ = 0;  // index of the address that answered last
  int64_t logId_ = 0;
  Token nextToken_ = 1;
  uint64_t lastAttempts_ = 0;
  std::unordered_map<Token, std::unique_ptr<Call>> calls_;
};

namespace detail {

template <class R, class = void>
struct IsSigned : std::false_type {};
template <class R>
struct IsSigned<R, std::void_t<decltype(std::declval<R>().signature)>> : std::true_type {};

}  // namespace detail

template <class Response, class Request>
MdsClient::Token MdsClient::call(const wire::Method& method, Request request, const User& user, Done<Response> done,
                                 Budget budget, std::function<bool(const Response&)> again) {
  auto response = std::make_shared<Response>();
  Spec spec{method, budget, nullptr, nullptr, nullptr, nullptr};
  spec.encode = [request = std::move(request), user]() mutable {
    if constexpr (detail::IsSigned<Request>::value) {
      request.date = wallClockMicros();
      request.signature = signature(user, request.date);
    }
    return wire::encode(request);
  };
  spec.decode = [response, again = std::move(again)](std::string_view message) -> Attempt {
    *response = {};
    if (!wire::decode(message, *response)) return rpc::kBadResponse;
    if (again && again(*response)) return ToBeRepeated{};
    return Answered{};
  };
  spec.explain = [response, method](const Attempt& last) -> Outcome {
    if (const rpc::Error* error = std::get_if<rpc::Error>(&last)) return Failure::of(method.name, *error);
    const auto status = response->statusCode.value;
    if (numberOf(status) != 0) return Failure::of(method.name, status);
    return std::nullopt;
  };
  spec.done = [this, response, explain = spec.explain, done = std::move(done)](const Attempt& last) {
    Outcome failure = explain(last);
    if (failure) failure->attempts = lastAttempts_;
    done(failure, *response);
  };
  return start(std::move(spec));
}

}  // namespace curve::mds
