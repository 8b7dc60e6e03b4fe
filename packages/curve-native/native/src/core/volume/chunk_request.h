// One read or write of at most one RPC's size inside one chunk, through all its sends.
#pragma once

#include <string>
#include <string_view>

#include "net/channel.h"
#include "volume/copyset_map.h"
#include "volume/request_window.h"
#include "volume/segment_map.h"
#include "volume/stability.h"
#include "waits.h"

namespace curve {

class Io;
class Descriptor;
class Volume;

class ChunkRequest final : public net::Rpc, public RequestWindow::Place {
 public:
  ChunkRequest(Descriptor& descriptor, Io& io, const ChunkRef& chunk, uint64_t chunkIndex, uint64_t offset, uint64_t size,
               uint8_t* data);
  ~ChunkRequest();
  ChunkRequest(ChunkRequest&&) = delete;

  // The window lets it go.
  void begin();
  // Gives up its place in the queue; for requests about to be destroyed.
  void withdraw();
  void onReply(const net::RpcReply& reply) override;
  void onExpiry() override;
  // How often it has been tried while it is not done.
  uint64_t attempts() const { return state_ == State::done ? 0 : tries_; }

 private:
  enum class State { waiting, begun, done };

  void send();
  void transmit(const Peer& leader);
  void rpcFailed(const net::RpcReply& reply);
  // It may be tried again; whoever asks hears what it waits for.
  void failed(Failure failure);
  // It is known whether the chunkserver that left it unanswered is suspect.
  void judged(bool timedOut);
  void answered(const wire::ChunkResponse& response);
  void redirected(const std::string& redirect);
  void lookElsewhere(net::Micros delayIfSame);
  void goElsewhere(net::Micros delayIfSame);
  // Looks for the leader, then sends again: at once when it is another one, else after `delayIfSame`.
  void refreshThenResend(net::Micros delayIfSame);
  void resendAfter(net::Micros delay);
  bool exhausted() const;
  void finish(Outcome failure);
  void giveUp();
  Copyset& copyset();
  const wire::Method& method() const;
  // Whoever writes here next waits for what becomes of the last send.
  void leaveToOthers();
  // Valid until the next one.
  std::string_view encodeRequest() const;

  Descriptor& descriptor_;
  Volume& volume_;
  Io& io_;
  const ChunkRef chunk_;
  const uint64_t chunkIndex_;
  const uint64_t offset_, size_;
  uint8_t* const data_;
  State state_ = State::waiting;
  uint64_t tries_ = 0;
  uint64_t timeoutMs_;
  // Of the last send.
  uint64_t epoch_ = 0;
  net::Clock::time_point begun_{};
  Waits::Wait wait_;
  // Why the last send failed, should it have been the last one allowed.
  Outcome lastFailure_;
  Peer target_{};
  uint64_t round_ = 0;  // of the redirect brake, when it was sent
  net::Channel* channel_ = nullptr;
  CopysetMap::Waiter leader_;
  Stability::Waiter verdict_;
  net::Loop::Timer timer_{};
};

}  // namespace curve
