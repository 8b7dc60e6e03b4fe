// Who serves the chunks of a copyset, as far as this client knows.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "net/endpoint.h"
#include "volume/redirect_brake.h"
#include "wire/messages.h"

namespace curve {

struct CopysetId {
  uint32_t pool = 0;
  uint32_t id = 0;
  uint64_t key() const { return static_cast<uint64_t>(pool) << 32 | id; }
};

struct Peer {
  uint32_t chunkServerId;
  // What the client talks to: the external address if there is one.
  net::Endpoint address;
  net::Endpoint internal;

  static std::optional<Peer> of(uint32_t id, const std::string& hostIp, uint32_t port,
                                const std::optional<std::string>& externalIp) {
    const auto internal = net::Endpoint::of(hostIp, port);
    if (!internal) return std::nullopt;
    const auto external = externalIp ? net::Endpoint::of(*externalIp, port) : std::nullopt;
    return Peer{id, external.value_or(*internal), *internal};
  }
};

struct Copyset {
  static constexpr int kUnknown = -1;

  std::vector<Peer> peers;
  int leader = kUnknown;
  // The leader's chunkserver is in trouble: ask before the next send.
  bool leaderMayChange = false;
  RedirectBrake brake;

  const Peer* leaderPeer() const { return leader == kUnknown ? nullptr : &peers[static_cast<size_t>(leader)]; }
  int indexOf(const net::Endpoint& e) const {
    for (size_t i = 0; i < peers.size(); i++) {
      if (peers[i].address == e || peers[i].internal == e) return static_cast<int>(i);
    }
    return kUnknown;
  }
  void setPeers(const std::vector<wire::ChunkServerLocation>& locations) {
    peers.clear();
    leader = kUnknown;
    for (const auto& l : locations) {
      if (const auto peer = Peer::of(l.chunkServerId, l.hostIp, l.port, l.externalIp)) peers.push_back(*peer);
    }
  }
};

}  // namespace curve
