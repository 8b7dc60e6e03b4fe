#include "volume/stability.h"

#include <utility>

namespace curve {

void Stability::answered(const Peer& peer) {
  if (!timeouts_.empty()) timeouts_.erase(peer.chunkServerId);
  if (!unstable_.empty()) unstable_.erase(peer.address.ip);
}

void Stability::failed(const Peer& peer, bool timedOut, Waiter& waiter, Judged judged) {
  if (timedOut) timeouts_[peer.chunkServerId]++;
  const auto unstable = unstable_.find(peer.address.ip);
  if (unstable != unstable_.end() && unstable->second.size() >= context_.config.serverStableThreshold) {
    copysets_.suspect(peer.chunkServerId);
    return judged();
  }
  const auto timeouts = timeouts_.find(peer.chunkServerId);
  if (timeouts == timeouts_.end() || timeouts->second <= context_.config.maxStableTimeoutTimes) return judged();
  Probe& probe = probes_[peer.chunkServerId];
  waiter.judged_ = std::move(judged);
  probe.waiting.pushBack(waiter);
  if (probe.http) return;
  probe.http = std::make_unique<HealthProbe>(context_.loop, peer.address,
                                             std::chrono::milliseconds(context_.config.checkHealthTimeoutMs),
                                             [this, peer](bool healthy) { probed(peer, healthy); });
}

void Stability::probed(const Peer& peer, bool healthy) {
  if (healthy) {
    timeouts_.erase(peer.chunkServerId);
  } else {
    std::set<uint32_t>& unstable = unstable_[peer.address.ip];
    unstable.insert(peer.chunkServerId);
    copysets_.suspect(peer.chunkServerId);
    if (unstable.size() == context_.config.serverStableThreshold) suspectServer(peer);
  }
  // Destroyed when we are done: it is calling us.
  Probe& probe = probes_[peer.chunkServerId];
  const std::unique_ptr<HealthProbe> http = std::move(probe.http);
  // One by one: telling one may take others back.
  while (!probe.waiting.empty() && !probe.http) {
    Waiter& waiter = probe.waiting.front();
    waiter.leave();
    const Judged judged = std::move(waiter.judged_);
    judged();
  }
}

void Stability::suspectServer(const Peer& peer) {
  mds_.call<wire::ListChunkServerResponse>(
      wire::method::ListChunkServer, wire::ListChunkServerRequest{peer.internal.ipText()}, {},
      [this](const Outcome& failure, wire::ListChunkServerResponse& response) {
        if (failure) return;
        for (const auto& chunkServer : response.chunkServers) copysets_.suspect(chunkServer.chunkServerId);
      });
}

}  // namespace curve
