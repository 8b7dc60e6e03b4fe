#include "volume/late_writes.h"

#include <utility>

namespace curve {

// In the place of a write at its channel.
class LateWrites::Write final : public net::Rpc {
 public:
  Write(LateWrites& all, net::Channel& channel, const net::Rpc* of, uint64_t offset, uint64_t size)
      : channel(channel), of(of), begin(offset), end(offset + size), all_(all) {}
  ~Write() {
    channel.cancel(*this);
    all_.loop_.cancel(timer);
  }
  void onReply(const net::RpcReply& reply) override {
    if (reply.isConnectionLost()) return all_.orphaned(*this);
    all_.over(*this);
  }

  net::Channel& channel;
  // Only to be compared.
  const net::Rpc* of;
  const uint64_t begin, end;
  LinkedList<Waiter> waiters;
  std::multimap<uint64_t, std::unique_ptr<Write>>::iterator place;
  net::Loop::Timer timer{};

 private:
  LateWrites& all_;
};

LateWrites::LateWrites(net::Loop& loop, net::Micros limit, net::Micros grace, std::function<void()> idle)
    : loop_(loop), limit_(limit), grace_(grace), idle_(std::move(idle)) {}

LateWrites::~LateWrites() { loop_.cancel(timer_); }

void LateWrites::inherit(net::Channel& channel, net::Rpc& write, uint64_t chunkIndex, uint64_t offset, uint64_t size) {
  auto heir = std::make_unique<Write>(*this, channel, &write, offset, size);
  if (!channel.bequeath(write, *heir, limit_)) return;
  add(chunkIndex, std::move(heir));
}

void LateWrites::lost(net::Channel& channel, const net::Rpc& write, uint64_t chunkIndex, uint64_t offset,
                      uint64_t size) {
  orphaned(add(chunkIndex, std::make_unique<Write>(*this, channel, &write, offset, size)));
}

LateWrites::Write& LateWrites::add(uint64_t chunkIndex, std::unique_ptr<Write> write) {
  Write& late = *write;
  sends_.emplace(late.of, &late);
  late.place = writes_.emplace(chunkIndex, std::move(write));
  return late;
}

void LateWrites::orphaned(Write& write) {
  write.timer = loop_.after(grace_, [this, &write] {
    write.timer = {};
    over(write);
  });
}

void LateWrites::doneBy(const net::Channel& channel, const net::Rpc& write) {
  if (sends_.empty()) return;
  auto [it, end] = sends_.equal_range(&write);
  while (it != end) {
    Write& late = *(it++)->second;
    if (&late.channel != &channel) over(late);
  }
}

void LateWrites::forget(const net::Rpc& write) {
  if (sends_.empty()) return;
  const auto [begin, end] = sends_.equal_range(&write);
  for (auto it = begin; it != end; ++it) it->second->of = nullptr;
  sends_.erase(begin, end);
}

bool LateWrites::await(const std::vector<Piece>& pieces, Waiter& waiter, std::function<void()> over) {
  if (writes_.empty()) return false;
  for (const Piece& piece : pieces) {
    auto [it, end] = writes_.equal_range(piece.chunkIndex);
    for (; it != end; ++it) {
      Write& late = *it->second;
      if (late.begin >= piece.offset + piece.length || late.end <= piece.offset) continue;
      waiter.over_ = std::move(over);
      late.waiters.pushBack(waiter);
      return true;
    }
  }
  return false;
}

void LateWrites::over(Write& write) {
  while (!write.waiters.empty()) told_.pushBack(write.waiters.front());
  auto [it, end] = sends_.equal_range(write.of);
  while (it != end && it->second != &write) ++it;
  if (it != end) sends_.erase(it);
  writes_.erase(write.place);
  if (timer_.second == 0) timer_ = loop_.after(net::Micros(0), [this] { tell(); });
}

void LateWrites::tell() {
  timer_ = {};
  while (!told_.empty()) {
    Waiter& waiter = told_.front();
    waiter.leave();
    const auto over = std::move(waiter.over_);
    over();
  }
  if (writes_.empty()) idle_();
}

}  // namespace curve
