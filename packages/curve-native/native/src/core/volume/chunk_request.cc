#include "volume/chunk_request.h"

#include <cstring>
#include <random>

#include "volume/descriptor.h"
#include "volume/io.h"
#include "volume/retry_policy.h"

namespace curve {

using net::Micros;

ChunkRequest::ChunkRequest(Descriptor& descriptor, Io& io, const ChunkRef& chunk, uint64_t chunkIndex, uint64_t offset,
                           uint64_t size, uint8_t* data)
    : descriptor_(descriptor),
      volume_(descriptor.volume()),
      io_(io),
      chunk_(chunk),
      chunkIndex_(chunkIndex),
      offset_(offset),
      size_(size),
      data_(data),
      timeoutMs_(volume_.config().chunkRpcTimeoutMs) {
  if (io.isWrite()) {
    payload = data;
    payloadSize = size;
  } else {
    target = data;
    targetSize = size;
  }
}

ChunkRequest::~ChunkRequest() {
  if (channel_ && io_.isWrite()) {
    leaveToOthers();
    volume_.lateWrites().forget(*this);
  } else if (channel_) {
    channel_->cancel(*this);
  }
  volume_.loop().cancel(timer_);
  copyset().brake.leave(this);
  withdraw();
  if (state_ == State::begun) {
    Stats::sub(volume_.stats().requestsInFlight);
    descriptor_.window().release();
  }
}

void ChunkRequest::onExpiry() {
  if (io_.isWrite()) leaveToOthers();
}

void ChunkRequest::leaveToOthers() {
  volume_.lateWrites().inherit(*channel_, *this, chunkIndex_, offset_, size_);
}

void ChunkRequest::withdraw() {
  if (state_ != State::waiting) return;
  leave();
  state_ = State::done;
}

void ChunkRequest::begin() {
  state_ = State::begun;
  if (begun_ == net::Clock::time_point{}) begun_ = volume_.loop().now();
  Stats::add(volume_.stats().requestsInFlight);
  // From a timer, so that neither window nor caller is called back from inside its own loop.
  if (exhausted()) {
    timer_ = volume_.loop().after(Micros(0), [this] { giveUp(); });
  } else {
    send();
  }
}

bool ChunkRequest::exhausted() const { return descriptor_.failsAll() || tries_ >= volume_.config().opMaxRetry; }

Copyset& ChunkRequest::copyset() { return volume_.copysets().get(chunk_.copyset); }

void ChunkRequest::send() {
  timer_ = {};
  Copyset& copyset = this->copyset();
  const Micros pause = copyset.brake.mayGo(this, volume_.loop().now());
  if (pause > Micros(0)) return resendAfter(pause);
  const Peer* leader = copyset.leaderPeer();
  if (leader && !copyset.leaderMayChange) return transmit(*leader);
  volume_.copysets().refresh(chunk_.copyset, leader_, [this](bool found) {
    Copyset& copyset = this->copyset();
    const Peer* peer = copyset.leaderPeer();
    if (found && peer) return transmit(*peer);
    copyset.brake.leave(this);
    tries_++;
    failed(Failure::refused(libcurve::kFailed, "no leader for copyset " + std::to_string(chunk_.copyset.id)));
    resendAfter(Micros(volume_.config().opRetryIntervalUs));
  });
}

void ChunkRequest::transmit(const Peer& leader) {
  if (tries_++ > 0) Stats::add(volume_.stats().retries);
  target_ = leader;
  round_ = copyset().brake.round();
  epoch_ = volume_.epoch();
  channel_ = &volume_.transport().to(leader.address);
  channel_->start(*this, method(), std::nullopt,
                  encodeRequest(), std::chrono::milliseconds(timeoutMs_));
}

const wire::Method& ChunkRequest::method() const {
  return io_.isWrite() ? wire::method::WriteChunk : wire::method::ReadChunk;
}

std::string_view ChunkRequest::encodeRequest() const {
  wire::ChunkRequest request;
  request.opType = {io_.isWrite() ? 2 : 1};
  request.logicPoolId = chunk_.copyset.pool;
  request.copysetId = chunk_.copyset.id;
  request.chunkId = chunk_.chunkId;
  request.offset = static_cast<uint32_t>(offset_);
  request.size = static_cast<uint32_t>(size_);
  if (io_.isWrite()) {
    request.sn = volume_.sn();
    request.fileId = volume_.fileId();
    if (epoch_ != 0) request.epoch = epoch_;
  }
  if (volume_.isInCloneSource(chunkIndex_)) {
    request.cloneFileSource = volume_.cloneSource().path();
    request.cloneFileOffset = chunkIndex_ * volume_.geometry().chunkSize;
  }
  static thread_local std::string message;  // for its memory
  message.clear();
  wire::append(message, request);
  return message;
}

void ChunkRequest::onReply(const net::RpcReply& reply) {
  wire::ChunkResponse response;
  if (reply.error != rpc::kNone) return rpcFailed(reply);
  if (!wire::decode(reply.message, response)) {
    net::RpcReply malformed = reply;
    malformed.error = rpc::kBadResponse;
    return rpcFailed(malformed);
  }
  volume_.stability().answered(target_);
  if (response.status == chunk::kSuccess && !io_.isWrite() && reply.attachmentSize != size_) {
    return finish(Failure::refused(libcurve::kFailed, "ReadChunk: " + std::to_string(reply.attachmentSize) +
                                                           " bytes instead of " + std::to_string(size_)));
  }
  answered(response);
}

void ChunkRequest::rpcFailed(const net::RpcReply& reply) {
  Failure failure = Failure::of(method().name, reply.error);
  failure.message += " of " + target_.address.text();
  failed(std::move(failure));
  if (io_.isWrite() && reply.isConnectionLost()) {
    volume_.lateWrites().lost(*channel_, *this, chunkIndex_, offset_, size_);
  }
  copyset().brake.leave(this);
  const bool timedOut = reply.isTimeOut();
  volume_.stability().failed(target_, timedOut && reply.error == rpc::kTimedOut, verdict_,
                             [this, timedOut] { judged(timedOut); });
}

void ChunkRequest::failed(Failure failure) {
  wait_.failed(volume_.waits(), {method().name, target_.address.port == 0 ? "" : target_.address.text(), chunk_.copyset.pool,
                                 chunk_.copyset.id, failure.reason, begun_});
  lastFailure_ = std::move(failure);
}

// Only now, because what a suspect leaves unanswered is sent again soon, and not after ever longer time-outs.
void ChunkRequest::judged(bool timedOut) {
  const bool leaderMayChange = copyset().leaderMayChange;
  if (timedOut) timeoutMs_ = retry::nextTimeoutMs(volume_.config(), tries_, leaderMayChange);
  const Micros delay(timedOut ? 0 : volume_.config().opRetryIntervalUs);
  // send() asks for the leader of a suspect's copyset by itself.
  if (leaderMayChange) return resendAfter(delay);
  refreshThenResend(delay);
}

void ChunkRequest::answered(const wire::ChunkResponse& response) {
  const chunk::Status status = response.status;
  const bool elsewhere = status == chunk::kRedirected || status == chunk::kCopysetNotExist;
  if (!elsewhere) copyset().brake.served();
  if (status == chunk::kSuccess) return finish(std::nullopt);
  const Config& config = volume_.config();
  const Micros interval(config.opRetryIntervalUs);
  failed(Failure::of(method().name, status));
  switch (status) {
    case chunk::kRedirected:
      return redirected(response.redirect.value_or(""));
    case chunk::kCopysetNotExist:
      return lookElsewhere(interval);
    case chunk::kOverload: {
      static thread_local std::minstd_rand random(std::random_device{}());
      std::uniform_real_distribution<double> jitter(-0.1, 0.1);
      return resendAfter(retry::overloadDelay(config, tries_, jitter(random)));
    }
    case chunk::kChunkNotExist:
      if (io_.isWrite()) return finish(lastFailure_);
      std::memset(data_, 0, size_);  // allocated, but never written
      return finish(std::nullopt);
    case chunk::kBackward:
      // The next send carries the sn that the lease has learnt meanwhile.
      return io_.isWrite() ? resendAfter(interval) : finish(lastFailure_);
    case chunk::kInvalidRequest:
    case chunk::kChunkExist:
      return finish(lastFailure_);
    case chunk::kEpochTooOld:
      return io_.isWrite() && volume_.isRaising(epoch_) ? resendAfter(interval) : finish(lastFailure_);
    default:
      return resendAfter(interval);
  }
}

void ChunkRequest::redirected(const std::string& redirect) {
  Stats::add(volume_.stats().redirects);
  Copyset& copyset = this->copyset();
  const auto named = net::Endpoint::parse(redirect);
  const int index = named ? copyset.indexOf(*named) : Copyset::kUnknown;
  const Micros shortly(volume_.config().opRetryIntervalUs / 10);
  if (index == Copyset::kUnknown) return lookElsewhere(shortly);
  copyset.leader = index;
  goElsewhere(shortly);
}

// The member that was asked does not lead: finds out who does.
void ChunkRequest::lookElsewhere(Micros delayIfSame) {
  if (exhausted()) return giveUp();
  // Another request may have found the new leader while this one was under way.
  const Peer* leader = copyset().leaderPeer();
  if (leader && !(leader->address == target_.address)) return goElsewhere(delayIfSame);
  volume_.copysets().refresh(chunk_.copyset, leader_, [this, delayIfSame](bool) { goElsewhere(delayIfSame); });
}

void ChunkRequest::goElsewhere(Micros delayIfSame) {
  const Micros longest(volume_.config().opRetryIntervalUs);
  Copyset& copyset = this->copyset();
  const Peer* next = copyset.leaderPeer();
  copyset.brake.redirected(round_, target_.address, next ? &next->address : nullptr, volume_.loop().now(), longest / 10,
                           longest);
  resendAfter(next && !(next->address == target_.address) ? Micros(0) : delayIfSame);
}

void ChunkRequest::refreshThenResend(Micros delayIfSame) {
  if (exhausted()) return giveUp();
  const auto delay = [this, delayIfSame] {
    const Peer* leader = copyset().leaderPeer();
    return leader && !(leader->address == target_.address) ? Micros(0) : delayIfSame;
  };
  // Another request may have found the new leader while this one was under way.
  const Copyset& copyset = this->copyset();
  if (copyset.leaderPeer() && !(copyset.leaderPeer()->address == target_.address)) return resendAfter(Micros(0));
  volume_.copysets().refresh(chunk_.copyset, leader_, [this, delay](bool) { resendAfter(delay()); });
}

void ChunkRequest::resendAfter(Micros delay) {
  if (exhausted()) return giveUp();
  timer_ = volume_.loop().after(delay, [this] {
    timer_ = {};
    if (descriptor_.failsAll()) return giveUp();
    if (!descriptor_.window().blocked()) return send();
    state_ = State::waiting;
    Stats::sub(volume_.stats().requestsInFlight);
    descriptor_.window().requeue(*this);
  });
}

void ChunkRequest::giveUp() {
  if (descriptor_.failsAll()) {
    return finish(Failure::of("RefreshSession", mds::kFileNotExists).as(libcurve::kFailed));
  }
  finish(lastFailure_.value_or(Failure::refused(libcurve::kFailed, "chunkserver.opMaxRetry is 0")));
}

void ChunkRequest::finish(Outcome failure) {
  if (!failure && io_.isWrite()) volume_.lateWrites().doneBy(*channel_, *this);
  if (failure) failure->attempts = tries_;
  timer_ = {};
  wait_.over();
  state_ = State::done;
  Stats::sub(volume_.stats().requestsInFlight);
  descriptor_.window().release();
  // Last: the I/O may be over, and this request with it.
  io_.requestDone(failure);
}

}  // namespace curve
