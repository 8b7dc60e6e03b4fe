// Calls to one endpoint over one connection, opened at the first call and again after a failure.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/endpoint.h"
#include "net/inbound.h"
#include "net/loop.h"
#include "net/outbound.h"
#include "stats.h"

namespace curve::net {

class Channel final : private Watcher, private Inbound::Calls {
 public:
  Channel(Loop& loop, Stats& stats, Endpoint endpoint);
  ~Channel();

  // Sends a request. `rpc` hears of it exactly once, never from inside start(), unless it is canceled before.
  void start(Rpc& rpc, const wire::Method& method, std::optional<int64_t> logId, std::string_view message,
             Micros deadline);
  // After this neither `rpc` nor its buffers are touched. Harmless when nothing is outstanding.
  void cancel(Rpc& rpc);
  // As cancel(), but if the request may be received, another hears what becomes of it, within `limit`. It brings no
  // buffers. False: it will not be.
  bool bequeath(Rpc& rpc, Rpc& heir, Micros limit);

  const Endpoint& endpoint() const { return endpoint_; }

 private:
  struct Call {
    Rpc* rpc = nullptr;
    // Of a call under way, else 0. Its low bits are the place in calls_, the others count up.
    int64_t correlationId = 0;
    Clock::time_point start;
    Clock::time_point deadline;
  };
  enum class State { idle, connecting, up };

  void onReady(uint32_t readiness) override;
  Rpc* find(int64_t correlationId) override;
  void answered(int64_t correlationId, const RpcReply& reply) override;

  void connect();
  void connected();
  void receive();
  void flushSoon();
  void flush();
  void disconnect();
  void fail(rpc::Error error);
  std::vector<int64_t> underWay() const;
  void failAll(const std::vector<int64_t>& correlationIds, rpc::Error error);
  // Notes a call that ends without an answer.
  void unanswered(const Call& call);
  bool isMute() const;
  void expire();
  void expireAt(Clock::time_point when);
  Rpc* take(int64_t correlationId);
  Call* call(int64_t correlationId);
  void updateInterest();

  Loop& loop_;
  Stats& stats_;
  const Endpoint endpoint_;
  Fd fd_;
  State state_ = State::idle;
  Loop::Timer connectTimer_{};
  bool flushScheduled_ = false;
  bool wantsWrite_ = false;
  std::vector<Call> calls_;
  std::vector<size_t> freePlaces_;
  int64_t started_ = 0;
  // How many calls in a row, each begun when the one before was given up, have ended while nothing was received; the end
  // of the last of them, and the beginning of the first.
  int silentCalls_ = 0;
  Clock::time_point silentUntil_, silentSince_;
  // One for all calls, set for a time when none of them has passed its deadline yet.
  Loop::Timer expiry_{};
  Inbound inbound_;
  Outbound outbound_;
};

// All channels of a client, one per endpoint, for as long as its loop runs.
class Transport {
 public:
  Transport(Loop& loop, Stats& stats) : loop_(loop), stats_(stats) {}
  Channel& to(const Endpoint& endpoint);

 private:
  Loop& loop_;
  Stats& stats_;
  std::map<Endpoint, std::unique_ptr<Channel>> channels_;
};

}  // namespace curve::net
