#include "net/channel.h"

#include <sys/uio.h>

#include <cerrno>
#include <utility>
#include <vector>

namespace curve::net {

namespace {
constexpr Micros kConnectTimeout{200'000};
// A connection goes when so many calls in a row got no answer while it was silent, and was so for so long: it may have
// been forgotten by something on the way, and a new one would work.
constexpr int kSilentCalls = 3;
constexpr Micros kSilence{1'000'000};
// Of a correlation id: room for far more calls on one connection than there is memory for.
constexpr int kPlaceBits = 24;
constexpr int64_t kPlaceMask = (int64_t{1} << kPlaceBits) - 1;
// Reads before other connections get their turn.
constexpr int kReadsPerRound = 32;

// System errno values differ between platforms; above the socket everybody uses brpc's (Linux) numbers.
rpc::Error codeOf(int error) {
  switch (error) {
    case ECONNREFUSED:
      return rpc::kConnRefused;
    case ETIMEDOUT:
      return rpc::kConnectTimedOut;
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENETUNREACH:
      return rpc::kHostDown;
    case ECONNRESET:
    case EPIPE:
      return rpc::kConnReset;
    default:
      return rpc::kFailedSocket;
  }
}

// Of a connection that was up: its peer did not acknowledge what was sent, or is there.
rpc::Error codeOfBroken(int error) { return error == ETIMEDOUT ? rpc::kConnReset : codeOf(error); }
}  // namespace

Channel::Channel(Loop& loop, Stats& stats, Endpoint endpoint)
    : loop_(loop), stats_(stats), endpoint_(endpoint), inbound_(*this) {}

Channel::~Channel() {
  loop_.cancel(connectTimer_);
  loop_.cancel(expiry_);
  if (fd_) loop_.unwatch(fd_.get());
}

void Channel::start(Rpc& rpc, const wire::Method& method, std::optional<int64_t> logId, std::string_view message,
                    Micros deadline) {
  if (freePlaces_.empty()) {
    freePlaces_.push_back(calls_.size());
    calls_.emplace_back();
  }
  const size_t place = freePlaces_.back();
  freePlaces_.pop_back();
  const int64_t id = ++started_ << kPlaceBits | static_cast<int64_t>(place);
  rpc.correlationId = id;
  calls_[place] = {&rpc, id, loop_.now(), loop_.now() + deadline};
  expireAt(calls_[place].deadline);
  outbound_.push(id, method, logId, message, rpc.payload, rpc.payloadSize);
  if (state_ == State::idle) connect();
  if (state_ == State::up) flushSoon();
}

void Channel::cancel(Rpc& rpc) {
  const Call* canceled = call(rpc.correlationId);
  if (!canceled || canceled->rpc != &rpc) return;
  unanswered(*canceled);
  take(rpc.correlationId);
  // Not from here: others would be called back while somebody is cancelling.
  if (isMute()) expireAt(loop_.now());
}

void Channel::unanswered(const Call& call) {
  if (state_ != State::up || call.start < silentUntil_) return;
  if (silentCalls_++ == 0) silentSince_ = call.start;
  silentUntil_ = loop_.now();
}

bool Channel::isMute() const {
  return state_ == State::up && silentCalls_ >= kSilentCalls && silentUntil_ - silentSince_ >= kSilence;
}

bool Channel::bequeath(Rpc& rpc, Rpc& heir, Micros limit) {
  Call* own = call(rpc.correlationId);
  if (!own || own->rpc != &rpc) return false;
  const int64_t id = std::exchange(rpc.correlationId, 0);
  inbound_.forget(id);
  if (outbound_.forget(id)) {
    take(id);
    return false;
  }
  own->rpc = &heir;
  own->deadline = Clock::now() + limit;
  heir.correlationId = id;
  expireAt(own->deadline);
  return true;
}

Channel::Call* Channel::call(int64_t correlationId) {
  const size_t place = static_cast<size_t>(correlationId & kPlaceMask);
  const bool known = correlationId != 0 && place < calls_.size() && calls_[place].correlationId == correlationId;
  return known ? &calls_[place] : nullptr;
}

Rpc* Channel::find(int64_t correlationId) {
  const Call* found = call(correlationId);
  return found ? found->rpc : nullptr;
}

// Ends a call's claim on the channel and the channel's on the call's buffers.
Rpc* Channel::take(int64_t correlationId) {
  Call* ended = call(correlationId);
  if (!ended) return nullptr;
  Rpc* rpc = ended->rpc;
  *ended = {};
  freePlaces_.push_back(static_cast<size_t>(correlationId & kPlaceMask));
  inbound_.forget(correlationId);
  outbound_.forget(correlationId);
  rpc->correlationId = 0;
  return rpc;
}

void Channel::answered(int64_t correlationId, const RpcReply& reply) {
  // Nobody waits for a reply that comes after its deadline, twice, or was never asked for.
  if (Rpc* rpc = take(correlationId)) rpc->onReply(reply);
}

void Channel::expireAt(Clock::time_point when) {
  if (expiry_.second != 0 && expiry_.first <= when) return;
  loop_.cancel(expiry_);
  expiry_ = loop_.at(when, [this] { expire(); });
}

void Channel::expire() {
  expiry_ = {};
  const Clock::time_point now = Clock::now();
  for (const Call& call : calls_) {
    if (call.correlationId != 0 && call.deadline <= now) unanswered(call);
  }
  // What is under way is sent again as after a reset, by a new connection.
  std::vector<int64_t> lost;
  if (isMute()) {
    lost = underWay();
    disconnect();
  }
  RpcReply reply;
  reply.error = rpc::kTimedOut;
  // By place: a callback may cancel others or start new calls.
  for (size_t i = 0; i < calls_.size(); i++) {
    if (calls_[i].correlationId == 0 || calls_[i].deadline > now) continue;
    Stats::add(stats_.timeouts);
    Rpc* rpc = calls_[i].rpc;
    rpc->onExpiry();
    if (rpc->correlationId != 0) take(rpc->correlationId);
    rpc->onReply(reply);
  }
  failAll(lost, rpc::kConnReset);
  for (const Call& call : calls_) {
    if (call.correlationId != 0) expireAt(call.deadline);
  }
}

void Channel::connect() {
  Stats::add(stats_.connects);
  inbound_.reset();
  int error = 0;
  fd_ = connectTo(endpoint_, error);
  state_ = State::connecting;
  silentCalls_ = 0;
  silentUntil_ = {};
  if (fd_ && !loop_.watch(fd_.get(), kWritable, this)) {
    error = errno;
    fd_.reset();
  }
  if (!fd_) {
    // Told later: start() promises not to call back.
    loop_.defer([this, error] {
      if (state_ == State::connecting && !fd_) fail(codeOf(error));
    });
    return;
  }
  connectTimer_ = loop_.after(kConnectTimeout, [this] { fail(rpc::kConnectTimedOut); });
}

void Channel::connected() {
  const int error = connectResult(fd_);
  if (error != 0) return fail(codeOf(error));
  loop_.cancel(connectTimer_);
  state_ = State::up;
  wantsWrite_ = true;
  if (!loop_.watch(fd_.get(), kReadable | kWritable, this)) return fail(codeOf(errno));
  flush();
}

void Channel::onReady(uint32_t readiness) {
  if (state_ == State::connecting) return connected();
  if (readiness & kWritable) flush();
  if (state_ == State::up && readiness & kReadable) receive();
}

void Channel::receive() {
  for (int i = 0; i < kReadsPerRound && state_ == State::up; i++) {
    iovec buffers[2];
    const int count = inbound_.prepare(buffers);
    size_t room = 0;
    for (int b = 0; b < count; b++) room += buffers[b].iov_len;
    const ssize_t n = ::readv(fd_.get(), buffers, count);
    if (n < 0) {
      if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) fail(codeOfBroken(errno));
      return;
    }
    silentCalls_ = 0;
    if (n == 0) return fail(rpc::kEof);
    if (!inbound_.received(static_cast<size_t>(n))) return fail(rpc::kBadResponse);
    if (static_cast<size_t>(n) < room) return;
  }
}

void Channel::flushSoon() {
  if (flushScheduled_) return;
  flushScheduled_ = true;
  loop_.defer([this] {
    flushScheduled_ = false;
    if (state_ == State::up) flush();
  });
}

void Channel::flush() {
  int error = 0;
  if (!outbound_.flush(fd_.get(), error)) return fail(codeOfBroken(error));
  updateInterest();
}

void Channel::updateInterest() {
  const bool wantsWrite = !outbound_.empty();
  if (wantsWrite == wantsWrite_) return;
  wantsWrite_ = wantsWrite;
  if (!loop_.watch(fd_.get(), kReadable | (wantsWrite ? kWritable : 0), this)) fail(codeOf(errno));
}

void Channel::fail(rpc::Error error) {
  const std::vector<int64_t> lost = underWay();
  disconnect();
  failAll(lost, error);
}

void Channel::disconnect() {
  loop_.cancel(connectTimer_);
  if (fd_) loop_.unwatch(fd_.get());
  fd_.reset();
  state_ = State::idle;
  wantsWrite_ = false;
  outbound_.clear();
}

std::vector<int64_t> Channel::underWay() const {
  std::vector<int64_t> ids;
  for (const Call& call : calls_) {
    if (call.correlationId != 0) ids.push_back(call.correlationId);
  }
  return ids;
}

// By id, one at a time: a callback may cancel others or start new calls, which get other ids.
void Channel::failAll(const std::vector<int64_t>& correlationIds, rpc::Error error) {
  RpcReply reply;
  reply.error = error;
  for (const int64_t id : correlationIds) {
    if (Rpc* rpc = take(id)) rpc->onReply(reply);
  }
}

Channel& Transport::to(const Endpoint& endpoint) {
  std::unique_ptr<Channel>& channel = channels_[endpoint];
  if (!channel) channel = std::make_unique<Channel>(loop_, stats_, endpoint);
  return *channel;
}

}  // namespace curve::net
