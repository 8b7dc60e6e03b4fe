#include "nbd/transmission.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace curve::nbd {

namespace {

// Reads before others get their turn.
constexpr int kReadsPerRound = 8;
constexpr size_t kMaxBuffers = 128;
constexpr size_t kSmallReply = 4096;
// A connection that is closed with bytes unread is reset, and the last replies with it: so the client, which has this time
// to do so once all is said, closes first.
constexpr net::Micros kLinger{1'000'000};

#ifdef MSG_NOSIGNAL
constexpr int kSendFlags = MSG_NOSIGNAL;
#else
constexpr int kSendFlags = 0;
#endif

bool isTemporary(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

Transmission::Transmission(Service& service, Host& host, Terms terms)
    : service_(service), host_(host), terms_(std::move(terms)), fd_(std::move(terms_.socket)), intake_(service.pool()) {}

Transmission::~Transmission() {
  close();
  service_.leave(*this);
  for (Exchange& exchange : exchanges_) {
    if (exchange.holds) exchange.holds->end(exchange);
    exchange.io.end();
  }
  service_.give(bytes_);
}

void Transmission::start() {
  active_ = service_.loop().now();
  watchStall();
  updateInterest();
  service_.attendSoon(*this);
}

void Transmission::end() {
  if (isEnding_) return;
  isEnding_ = true;
  waits_ = false;
  service_.leave(*this);
  dropIncoming();
  intake_.clear();
  service_.attendSoon(*this);
}

void Transmission::destroy(End why) {
  if (!fd_) return;
  why_ = why;
  end();
  close();
  for (Exchange* exchange : std::exchange(replies_, {})) done(*exchange);
  service_.attendSoon(*this);
}

void Transmission::close() {
  service_.loop().cancel(stall_);
  service_.loop().cancel(linger_);
  if (interest_ != 0) service_.loop().unwatch(fd_.get());
  interest_ = 0;
  fd_.reset();
}

void Transmission::onReady(uint32_t readiness) {
  if (readiness & net::kWritable) {
    isBlocked_ = false;
    flush();
  }
  if (readiness & net::kReadable) receive();
  updateInterest();
}

void Transmission::onRoom() {
  pump();
  service_.attendSoon(*this);
}

// At the end of a round.
void Transmission::attend() {
  pump();
  if (early_ < terms_.received.size()) receive();
  if (!isBlocked_) flush();
  endIfIdle();
  updateInterest();
  if (!handedUp_.empty()) host_.handedUp();
  // Last: there may be nothing left of this.
  if (!fd_ && requests_ == 0) host_.over(why_);
}

void Transmission::receive() {
  for (int i = 0; i < kReadsPerRound && wantsInput(); i++) {
    iovec buffers[2];
    const int count = intake_.prepare(buffers);
    const size_t room = buffers[0].iov_len + (count > 1 ? buffers[1].iov_len : 0);
    const ssize_t n = receiveIn(buffers, count);
    if (n < 0) {
      if (!isTemporary(errno)) destroy();
      return;
    }
    active_ = service_.loop().now();
    if (n == 0) {
      hasAll_ = true;
      service_.attendSoon(*this);
      return;
    }
    if (isEnding_) {
      intake_.clear();
    } else {
      intake_.received(static_cast<size_t>(n));
      pump();
    }
    if (static_cast<size_t>(n) < room && early_ == terms_.received.size()) return;
  }
  if (early_ < terms_.received.size() && wantsInput()) service_.attendSoon(*this);
}

ssize_t Transmission::receiveIn(iovec* buffers, int count) {
  const size_t left = terms_.received.size() - early_;
  if (left == 0) return ::readv(fd_.get(), buffers, count);
  const size_t size = std::min(left, buffers[0].iov_len);
  std::memcpy(buffers[0].iov_base, terms_.received.data() + early_, size);
  early_ += size;
  return static_cast<ssize_t>(size);
}

void Transmission::pump() {
  const bool waited = waits_;
  while (!isEnding_ && step()) {
  }
  // While it had to wait it was not the client that stalled.
  if (waited && !waits_) active_ = service_.loop().now();
  if (hasAll_ && !waits_ && early_ == terms_.received.size()) end();
}

// Does the next thing there is to do; false if there is none, or no room for it.
bool Transmission::step() {
  if (incoming_) {
    if (!intake_.hasData()) return false;
    receivedData();
    return true;
  }
  Request request;
  switch (intake_.next(request)) {
    case Intake::Next::none:
      return false;
    case Intake::Next::nonsense:
      destroy(End::nonsense);
      return false;
    case Intake::Next::request:
      break;
  }
  if (request.command == command::kDisconnect) {
    end();
    return false;
  }
  waits_ = !isRoomFor(request);
  if (waits_) return false;
  intake_.take();
  begin(request);
  return true;
}

// Bytes that a request takes while it is under way, beyond the little that each does.
uint64_t Transmission::memoryOf(const Request& request) {
  const bool hasData = request.command == command::kRead || request.command == command::kWrite;
  return hasData && request.length <= kMaxPayload ? request.length : 0;
}

bool Transmission::isRoomFor(const Request& request) {
  if (requests_ >= terms_.requests) return false;
  const uint64_t bytes = memoryOf(request);
  if (bytes_ > 0 && bytes_ + bytes > terms_.bytes) return false;
  return service_.take(bytes, terms_.totalBytes, *this);
}

void Transmission::begin(const Request& request) {
  if (free_.empty()) free_.push_back(&exchanges_.emplace_back(*this, exchanges_.size()));
  Exchange& exchange = *free_.back();
  free_.pop_back();
  exchange.request = request;
  exchange.begun = service_.loop().now();
  requests_++;
  bytes_ += memoryOf(request);
  count(Count::inFlight, 1);
  const Descriptor* descriptor = host_.descriptor();
  const bool isDirect = descriptor && isDoable(request) &&
                        descriptor->volume().geometry().aligned(request.offset, request.length);
  switch (request.command) {
    case command::kWrite:
      incoming_ = &exchange;
      exchange.isHandedUp = !isDirect;
      intake_.expect(request.length, isDirect               ? Intake::Keep::shared
                                     : isDoable(request)    ? Intake::Keep::alone
                                                            : Intake::Keep::notAtAll);
      return;
    case command::kRead:
      return isDirect ? read(exchange) : handUp(exchange);
    case command::kFlush:
      // A write that was answered is on all replicas.
      if ((request.flags & ~flag::kFua) != 0 || !descriptor) return handUp(exchange);
      count(Count::flushes, 1);
      return succeed(exchange);
    default:
      return handUp(exchange);
  }
}

// Whether a read or write is one as it should be.
bool Transmission::isDoable(const Request& request) const {
  const bool writes = request.command == command::kWrite;
  const uint16_t allowed = flag::kFua | (!writes && terms_.structured ? flag::kDontFragment : 0);
  return (request.flags & ~allowed) == 0 && !(writes && terms_.readOnly) && request.length > 0 &&
         request.length <= kMaxPayload && request.length <= terms_.size &&
         request.offset <= terms_.size - request.length;
}

void Transmission::receivedData() {
  Exchange& exchange = *std::exchange(incoming_, nullptr);
  exchange.data = intake_.takeData();
  // Not before all has come: libnbd takes no reply to a request that it is still sending.
  exchange.isHandedUp ? handUp(exchange) : write(exchange);
}

void Transmission::read(Exchange& exchange) {
  const Request& request = exchange.request;
  exchange.data.memory = service_.pool().take(request.length);
  exchange.data.bytes = exchange.data.memory.data();
  exchange.io.start(*host_.descriptor(), false, request.offset, exchange.data.bytes, request.length,
                    [this, &exchange](const Outcome& failure) { ioDone(exchange, failure); });
}

void Transmission::write(Exchange& exchange) {
  const Request& request = exchange.request;
  Descriptor* descriptor = host_.descriptor();
  if (!descriptor) {
    // While it waited for its turn.
    exchange.failure = Failure::ended();
    return handUp(exchange);
  }
  WriteHolds& holds = descriptor->volume().holds();
  if (!holds.begin(exchange, request.offset, request.offset + request.length)) return;
  exchange.holds = &holds;
  exchange.io.start(*descriptor, true, request.offset, exchange.data.bytes, request.length,
                    [this, &exchange](const Outcome& failure) { ioDone(exchange, failure); });
}

void Transmission::ioDone(Exchange& exchange, const Outcome& failure) {
  const bool writes = exchange.io.isWrite();
  const uint64_t length = exchange.request.length;
  Stats& stats = service_.stats();
  WriteHolds* const holds = std::exchange(exchange.holds, nullptr);
  exchange.failure = failure;
  exchange.io.end();
  if (!exchange.failure) {
    Stats::add(writes ? stats.writes : stats.reads);
    Stats::add(writes ? stats.bytesWritten : stats.bytesRead, length);
    count(writes ? Count::writes : Count::reads, 1);
    count(writes ? Count::bytesWritten : Count::bytesRead, length);
  }
  stats.recordLatency(std::chrono::duration_cast<net::Micros>(service_.loop().now() - exchange.begun));
  if (writes || exchange.failure) {
    service_.pool().give(std::move(exchange.data.memory));
    exchange.data = {};
  }
  exchange.failure ? handUp(exchange) : succeed(exchange);
  // It may begin what waits for it.
  if (holds) holds->end(exchange);
}

void Transmission::succeed(Exchange& exchange) {
  const Request& request = exchange.request;
  if (request.command != command::kRead) {
    encodeSimpleReply(exchange.head.data(), request);
    return queueReply(exchange, exchange.head.data(), kSimpleReplySize);
  }
  const size_t head = terms_.structured ? kDataHeaderSize : kSimpleReplySize;
  uint8_t* const at = exchange.data.bytes - head;
  terms_.structured ? encodeDataHeader(at, request) : encodeSimpleReply(at, request);
  queueReply(exchange, at, head + request.length);
}

void Transmission::handUp(Exchange& exchange) {
  exchange.isHandedUp = true;
  handedUp_.push_back(&exchange);
  service_.attendSoon(*this);
}

std::vector<HandedUp> Transmission::pickUp() {
  std::vector<HandedUp> all;
  for (Exchange* exchange : std::exchange(handedUp_, {})) {
    all.push_back({exchange->number, exchange->request, std::exchange(exchange->data, {}).memory,
                   std::exchange(exchange->failure, {})});
    exchange->wasPickedUp = true;
  }
  return all;
}

bool Transmission::reply(uint64_t number, const uint8_t* bytes, size_t size) {
  if (number >= exchanges_.size() || !exchanges_[number].wasPickedUp) return false;
  Exchange& exchange = exchanges_[number];
  exchange.isHandedUp = exchange.wasPickedUp = false;
  exchange.data.memory = size <= kSmallReply ? service_.pool().take(size) : Memory(size);
  std::memcpy(exchange.data.memory.data(), bytes, size);
  queueReply(exchange, exchange.data.memory.data(), size);
  return true;
}

void Transmission::queueReply(Exchange& exchange, const uint8_t* bytes, size_t size) {
  service_.attendSoon(*this);
  if (!fd_) return done(exchange);
  exchange.reply = bytes;
  exchange.replySize = size;
  exchange.sent = 0;
  replies_.push_back(&exchange);
}

// All that are ready in a round are handed to the system together.
void Transmission::flush() {
  while (fd_ && !replies_.empty()) {
    iovec buffers[kMaxBuffers];
    size_t count = 0;
    for (auto it = replies_.begin(); it != replies_.end() && count < kMaxBuffers; ++it) {
      const Exchange& next = **it;
      buffers[count++] = {const_cast<uint8_t*>(next.reply) + next.sent, next.replySize - next.sent};
    }
    msghdr message{};
    message.msg_iov = buffers;
    message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(count);
    const ssize_t n = ::sendmsg(fd_.get(), &message, kSendFlags);
    if (n < 0) {
      if (isTemporary(errno)) {
        isBlocked_ = true;
      } else {
        destroy();
      }
      return;
    }
    active_ = service_.loop().now();
    for (size_t left = static_cast<size_t>(n); left > 0;) {
      Exchange& first = *replies_.front();
      const size_t taken = std::min(left, first.replySize - first.sent);
      first.sent += taken;
      left -= taken;
      if (first.sent < first.replySize) break;
      replies_.pop_front();
      done(first);
    }
  }
}

// The reply has been sent, or nobody is there to take it.
void Transmission::done(Exchange& exchange) {
  const uint64_t bytes = memoryOf(exchange.request);
  service_.pool().give(std::move(exchange.data.memory));
  exchange.data = {};
  exchange.isHandedUp = false;
  requests_--;
  bytes_ -= bytes;
  count(Count::inFlight, ~uint64_t{0});
  free_.push_back(&exchange);
  service_.give(bytes);
  if (waits_ || isEnding_) service_.attendSoon(*this);
}

// A write whose data will not come is none.
void Transmission::dropIncoming() {
  if (!incoming_) return;
  done(*std::exchange(incoming_, nullptr));
}

void Transmission::endIfIdle() {
  if (!isEnding_ || requests_ > 0 || !fd_) return;
  if (hasAll_) return close();
  if (std::exchange(saidGoodbye_, true)) return;
  ::shutdown(fd_.get(), SHUT_WR);
  linger_ = service_.loop().after(kLinger, [this] {
    linger_ = {};
    destroy();
  });
}

void Transmission::updateInterest() {
  if (!fd_) return;
  const uint32_t interest = (wantsInput() ? net::kReadable : 0) | (isBlocked_ ? net::kWritable : 0);
  if (interest == interest_) return;
  interest_ = interest;
  // A connection that has broken down would be told of without end.
  if (interest == 0) return service_.loop().unwatch(fd_.get());
  if (service_.loop().watch(fd_.get(), interest, this)) return;
  interest_ = 0;
  destroy();
}

void Transmission::watchStall() {
  stall_ = service_.loop().at(active_ + terms_.stall, [this] {
    stall_ = {};
    stalled();
  });
}

void Transmission::stalled() {
  if (service_.loop().now() < active_ + terms_.stall) return watchStall();
  if (!replies_.empty()) return destroy(End::unread);
  if (!waits_ && !isEnding_ && intake_.isWithin()) return destroy(End::unfinished);
  active_ = service_.loop().now();
  watchStall();
}

// One writer: whoever reads may be a little behind, never wrong.
void Transmission::count(Count what, uint64_t more) {
  uint64_t* const at = terms_.counts + static_cast<size_t>(what);
  __atomic_store_n(at, __atomic_load_n(at, __ATOMIC_RELAXED) + more, __ATOMIC_RELAXED);
}

}  // namespace curve::nbd
