#include "client/epoch_broadcast.h"

#include <algorithm>

#include "volume/copyset.h"
#include "volume/retry_policy.h"

namespace curve {

class EpochBroadcast::Delivery final : public net::Rpc {
 public:
  Delivery(EpochBroadcast& broadcast, net::Channel& channel)
      : broadcast_(broadcast), channel_(channel), timeoutMs_(config().epochRpcTimeoutMs) {}
  ~Delivery() {
    broadcast_.context_.loop.cancel(timer_);
    channel_.cancel(*this);
  }

  void send() {
    timer_ = {};
    tries_++;
    channel_.start(*this, wire::method::UpdateEpoch, std::nullopt, broadcast_.message_,
                   std::chrono::milliseconds(timeoutMs_));
  }

  void onReply(const net::RpcReply& reply) override {
    wire::ChunkResponse response;
    rpc::Error error = reply.error;
    if (error == rpc::kNone && !wire::decode(reply.message, response)) error = rpc::kBadResponse;
    switch (error) {
      case rpc::kNone:
        if (response.status == chunk::kSuccess) return delivered();
        if (response.status == chunk::kEpochTooOld && broadcast_.superseded_()) return delivered();
        return failed(Failure::of("UpdateEpoch", response.status.value));
      case rpc::kLogoff:
      case rpc::kHostDown:
      case rpc::kConnRefused:
        // A server that is down serves no old client either, and learns of the epoch from the MDS when it starts. One that
        // merely lost the connection does.
        return delivered();
      case rpc::kTimedOut:
        timeoutMs_ = std::min(2 * timeoutMs_, std::max(kMaxTimeoutMs, config().epochRpcTimeoutMs));
        break;
      default:
        break;
    }
    if (tries_ >= config().epochRpcMaxTry) {
      Failure failure = Failure::of("UpdateEpoch", error);
      failure.message += " of " + channel_.endpoint().text();
      return failed(std::move(failure));
    }
    timer_ = broadcast_.context_.loop.after(net::Micros(config().epochRpcIntervalUs), [this] { send(); });
  }

  uint64_t tries() const { return tries_; }
  bool isDelivered() const { return delivered_; }
  std::string address() const { return channel_.endpoint().text(); }

 private:
  static constexpr uint64_t kMaxTimeoutMs = 8000;
  const Config& config() const { return broadcast_.context_.config; }
  void delivered() {
    delivered_ = true;
    broadcast_.delivered(std::nullopt);
  }
  void failed(Failure failure) {
    failure.attempts = tries_;
    broadcast_.delivered(failure);
  }

  EpochBroadcast& broadcast_;
  net::Channel& channel_;
  uint64_t timeoutMs_;
  uint64_t tries_ = 0;
  bool delivered_ = false;
  net::Loop::Timer timer_{};
};

EpochBroadcast::EpochBroadcast(Context& context, uint64_t fileId, uint64_t epoch, std::function<bool()> superseded,
                               std::function<void(const Outcome&)> done)
    : context_(context),
      message_(wire::encode(wire::UpdateEpochRequest{fileId, epoch})),
      superseded_(std::move(superseded)),
      done_(std::move(done)) {}

EpochBroadcast::~EpochBroadcast() { context_.loop.cancel(timer_); }

void EpochBroadcast::start(const std::vector<wire::ChunkServerLocation>& chunkServers) {
  for (const auto& l : chunkServers) {
    const auto peer = Peer::of(l.chunkServerId, l.hostIp, l.port, l.externalIp);
    if (peer) deliveries_.push_back(std::make_unique<Delivery>(*this, context_.transport.to(peer->address)));
  }
  for (uint64_t i = 0; i < context_.config.epochBroadcastMax; i++) sendNext();
  if (deliveries_.empty()) {
    timer_ = context_.loop.after(net::Micros(0), [this] {
      const auto done = std::move(done_);
      done(std::nullopt);
    });
  }
}

uint64_t EpochBroadcast::attempts() const {
  uint64_t most = 0;
  for (const auto& delivery : deliveries_) most = std::max(most, delivery->tries());
  return most;
}

std::string EpochBroadcast::unreached() const {
  std::string text = "UpdateEpoch has not reached";
  for (const auto& delivery : deliveries_) {
    if (!delivery->isDelivered()) text += ' ' + delivery->address();
  }
  return text;
}

void EpochBroadcast::sendNext() {
  if (started_ < deliveries_.size()) deliveries_[started_++]->send();
}

void EpochBroadcast::delivered(const Outcome& failure) {
  if (failure) failure_ = failure;
  ended_++;
  sendNext();
  if (ended_ == deliveries_.size()) {
    const auto done = std::move(done_);
    Outcome outcome = failure_;
    if (outcome) outcome->message += "; " + unreached();
    done(outcome);
  }
}

}  // namespace curve
