// UpdateEpoch to every chunkserver, so that clients with an older epoch can no longer write.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "context.h"
#include "failure.h"
#include "wire/messages.h"

namespace curve {

class EpochBroadcast {
 public:
  // `done` runs once, never from inside start(), and may destroy this. `superseded` says whether this client has raised
  // the epoch further meanwhile: a chunkserver that knows a higher one has then got what it was to get.
  EpochBroadcast(Context& context, uint64_t fileId, uint64_t epoch, std::function<bool()> superseded,
                 std::function<void(const Outcome&)> done);
  ~EpochBroadcast();
  void start(const std::vector<wire::ChunkServerLocation>& chunkServers);
  // The most often that any delivery has been tried.
  uint64_t attempts() const;
  // Says whom it has not reached yet.
  std::string unreached() const;

 private:
  class Delivery;

  void sendNext();
  void delivered(const Outcome& failure);

  Context& context_;
  const std::string message_;
  const std::function<bool()> superseded_;
  std::function<void(const Outcome&)> done_;
  std::deque<std::unique_ptr<Delivery>> deliveries_;
  size_t started_ = 0, ended_ = 0;
  Outcome failure_;
  net::Loop::Timer timer_{};
};

}  // namespace curve
