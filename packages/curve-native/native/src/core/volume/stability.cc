#include "volume/stability.h"

namespace curve {

void Stability::answered(const Peer& peer) {
  if (!timeouts_.empty()) timeouts_.erase(peer.chunkServerId);
  if (!unstable_.empty()) unstable_.erase(peer.address.ip);
}

void Stability::failed(const Peer& peer, bool timedOut) {
  if (timedOut) timeouts_[peer.chunkServerId]++;
  const auto unstable = unstable_.find(peer.address.ip);
  if (unstable != unstable_.end() && unstable->second.size() >= context_.config.serverStableThreshold) {
    return copysets_.suspect(peer.chunkServerId);
  }
  const auto timeouts = timeouts_.find(peer.chunkServerId);
  if (timeouts == timeouts_.end() || timeouts->second <= context_.config.maxStableTimeoutTimes) return;
  std::unique_ptr<HealthProbe>& probe = probes_[peer.chunkServerId];
  if (probe) return;
  probe = std::make_unique<HealthProbe>(context_.loop, peer.address,
                                        std::chrono::milliseconds(context_.config.checkHealthTimeoutMs),
                                        [this, peer](bool healthy) { probed(peer, healthy); });
}

void Stability::probed(const Peer& peer, bool healthy) {
  const auto probe = probes_.extract(peer.chunkServerId);  // it is calling us: destroyed when we are done
  if (healthy) {
    timeouts_.erase(peer.chunkServerId);
    return;
  }
  std::set<uint32_t>& unstable = unstable_[peer.address.ip];
  unstable.insert(peer.chunkServerId);
  copysets_.suspect(peer.chunkServerId);
  if (unstable.size() == context_.config.serverStableThreshold) suspectServer(peer);
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
