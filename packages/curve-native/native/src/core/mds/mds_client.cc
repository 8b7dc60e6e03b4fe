#include "mds/mds_client.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace curve::mds {

using net::Clock;
using net::Micros;

namespace {
// Calls for which an MDS locks a volume and which are made of one volume many at a time. Segments are given back by turns,
// too; see SegmentMap.
bool takesTurns(std::string_view method) {
  return method == wire::method::GetOrAllocateSegment.name || method == wire::method::OpenFile.name ||
         method == wire::method::CloseFile.name || method == wire::method::RefreshSession.name;
}
}  // namespace

// One call through all its attempts.
class MdsClient::Call final : public net::Rpc {
 public:
  Call(MdsClient& client, Token token, Spec spec)
      : client_(client),
        token_(token),
        spec_(std::move(spec)),
        lastWorking_(client.working_),
        current_(client.working_),
        timeoutMs_(spec_.budget == Budget::once ? config().mdsMaxRetryMs : config().mdsRpcTimeoutMs),
        start_(Clock::now()) {}

  ~Call() {
    loop().cancel(timer_);
    if (channel_) channel_->cancel(*this);
  }

  void attempt() {
    timer_ = {};
    if (!takesTurns(spec_.method.name)) return send();
    turn_.await(client_.context_.volumeCalls, [this] { send(); });
  }

  void send() {
    // Somebody is asked once in any case, however late it is.
    const bool isOver = budgetMs() != 0 && Clock::now() - start_ >= std::chrono::milliseconds(budgetMs());
    if (isOver && attempts_ > 0) {
      turn_.end();
      return finish(last_);
    }
    if (attempts_++ > 0) Stats::add(client_.context_.stats.mdsRetries);
    channel_ = &client_.context_.transport.to(config().mdsAddresses[current_]);
    channel_->start(*this, spec_.method, ++client_.logId_, spec_.encode(), std::chrono::milliseconds(timeoutMs_));
  }

  void onReply(const net::RpcReply& reply) override {
    turn_.end();
    last_ = reply.error == rpc::kNone ? spec_.decode(reply.message) : reply.error;
    const bool answered = std::holds_alternative<Answered>(last_);
    if (!answered && mayRepeat()) {
      report();
      return again(reply.isTimeOut());
    }
    if (answered) client_.working_ = current_;
    finish(last_);
  }

  uint64_t attempts() const { return attempts_; }

 private:
  // Where nobody listens, nothing is received.
  bool mayRepeat() const {
    const rpc::Error* error = std::get_if<rpc::Error>(&last_);
    return spec_.budget != Budget::once || (error && *error == rpc::kConnRefused);
  }

  // Nobody waits for a lease to be renewed.
  void report() {
    if (spec_.method.name == std::string_view(wire::method::RefreshSession.name)) return;
    const Outcome failure = spec_.explain(last_);
    wait_.failed(client_.context_.waits, {spec_.method.name, channel_->endpoint().text(), 0, 0,
                                          failure ? failure->reason : Failure::Refused{}, start_});
  }

  // What to do after a failed attempt: which address, which time-out, and how long to wait first.
  void again(bool timedOut) {
    const Micros interval(config().mdsRetryIntervalUs);
    const bool repeat = std::holds_alternative<ToBeRepeated>(last_);
    const auto failedWith = [this](rpc::Error error) {
      const rpc::Error* own = std::get_if<rpc::Error>(&last_);
      return own && *own == error;
    };
    bool change = false;
    Micros wait{0};
    // A refused connection is what a standby MDS answers; brpc reports it as a dead host.
    const bool hostDown = failedWith(rpc::kHostDown) || failedWith(rpc::kConnRefused);
    if (hostDown || failedWith(rpc::kConnReset) || failedWith(rpc::kLogoff) ||
        failures_ >= config().mdsMaxFailedTimes) {
      change = true;
      if (hostDown) wait += interval;
    } else if (timedOut) {
      timeoutMs_ = std::clamp(2 * timeoutMs_, config().mdsRpcTimeoutMs,
                              std::max(config().mdsRpcTimeoutMs, config().mdsMaxRpcTimeoutMs));
    } else if (budgetMs() == 0 && ++normalRetries_ > config().mdsNormalRetryTimes && !repeat) {
      wait += std::chrono::milliseconds(config().mdsWaitSleepMs);
    }

    size_t next = current_;
    if (client_.working_ != lastWorking_) {
      next = lastWorking_ = client_.working_;
    } else if (change) {
      next = (current_ + 1) % config().mdsAddresses.size();
    }
    if (next != current_) {
      failures_ = 0;
      if (spec_.budget != Budget::once) timeoutMs_ = config().mdsRpcTimeoutMs;
    } else {
      failures_++;
      if (change || !timedOut) wait += interval;
    }
    current_ = next;
    // Not by turns either is anything asked again and again: what has said "not now" is given the time, and when all
    // have failed at once there is a pause before the first of them is asked again.
    if (wait == Micros(0) && (repeat || (!timedOut && ++unpaused_ >= config().mdsAddresses.size()))) wait = interval;
    if (wait > Micros(0) || timedOut) unpaused_ = 0;
    timer_ = loop().after(wait, [this] { attempt(); });
  }

  void finish(const Attempt& last) {
    client_.lastAttempts_ = attempts_;
    // Off the books first: the callback may destroy the client.
    const std::unique_ptr<Call> self = client_.release(token_);
    const auto done = std::move(spec_.done);
    done(last);
  }

  const Config& config() const { return client_.context_.config; }
  net::Loop& loop() const { return client_.context_.loop; }
  uint64_t budgetMs() const { return spec_.budget == Budget::unlimited ? 0 : config().mdsMaxRetryMs; }

  MdsClient& client_;
  const Token token_;
  Spec spec_;
  size_t lastWorking_, current_;
  uint64_t timeoutMs_;
  const Clock::time_point start_;
  uint64_t failures_ = 0, normalRetries_ = 0, attempts_ = 0;
  // Attempts in a row that failed at once and were followed by another one at once.
  size_t unpaused_ = 0;
  Attempt last_ = rpc::kTimedOut;
  Waits::Wait wait_;
  Turns::Turn turn_;
  net::Loop::Timer timer_{};
  net::Channel* channel_ = nullptr;
};

MdsClient::MdsClient(Context& context) : context_(context) {}
MdsClient::~MdsClient() = default;

MdsClient::Token MdsClient::start(Spec spec) {
  const Token token = nextToken_++;
  Call& call = *(calls_[token] = std::make_unique<Call>(*this, token, std::move(spec)));
  call.attempt();
  return token;
}

MdsClient::Token MdsClient::call(RawCall raw, const User& user, DoneRaw done) {
  const auto call = std::make_shared<const RawCall>(std::move(raw));
  const auto reply = std::make_shared<std::string>();
  const wire::Method method{call->service.c_str(), call->method.c_str()};
  Spec spec{method, call->once ? Budget::once : Budget::perCall, nullptr, nullptr, nullptr, nullptr};
  spec.encode = [call, user] {
    std::string message = call->message;
    wire::Encoder encoder(message);
    const uint64_t date = wallClockMicros();
    if (call->dateField != 0) encoder(call->dateField, date);
    if (call->signatureField != 0) encoder(call->signatureField, signature(user, date));
    return message;
  };
  spec.decode = [reply](std::string_view message) -> Attempt {
    reply->assign(message);
    return Answered{};
  };
  spec.explain = [method](const Attempt& last) -> Outcome {
    if (const rpc::Error* error = std::get_if<rpc::Error>(&last)) return Failure::of(method.name, *error);
    return std::nullopt;
  };
  // `call` has the method's names.
  spec.done = [this, call, reply, explain = spec.explain, done = std::move(done)](const Attempt& last) {
    Outcome failure = explain(last);
    if (failure) failure->attempts = lastAttempts_;
    done(failure, *reply);
  };
  return start(std::move(spec));
}

void MdsClient::cancel(Token token) { calls_.erase(token); }

uint64_t MdsClient::attempts(Token token) const {
  const auto it = calls_.find(token);
  return it == calls_.end() ? 0 : it->second->attempts();
}

Failure MdsClient::incomplete(const wire::Method& method) const {
  Failure failure = Failure::refused(libcurve::kFailed, std::string(method.name) + ": incomplete answer");
  failure.attempts = lastAttempts_;
  return failure;
}

std::unique_ptr<MdsClient::Call> MdsClient::release(Token token) {
  const auto it = calls_.find(token);
  std::unique_ptr<Call> call = std::move(it->second);
  calls_.erase(it);
  return call;
}

}  // namespace curve::mds
