#include "volume/copyset_map.h"

#include <utility>

namespace curve {

void CopysetMap::insert(uint32_t pool, const wire::CopySetServerInfo& info) {
  Copyset& copyset = get({pool, info.copysetId});
  if (copyset.peers.empty()) copyset.setPeers(info.chunkServers);
}

void CopysetMap::refresh(CopysetId id, Waiter& waiter, Found done) {
  Entry& entry = entries_[id.key()];
  waiter.done_ = std::move(done);
  entry.waiters.pushBack(waiter);
  if (entry.search) return;
  entry.search = std::make_unique<LeaderSearch>(context_, mds_, id, entry.copyset,
                                                [this, &entry](bool found) { finished(entry, found); });
  // Started in the next round: a search that ends at once would call back into our caller.
  context_.loop.defer([search = entry.search.get(), &entry, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired() && entry.search.get() == search) search->start();
  });
}

void CopysetMap::finished(Entry& entry, bool found) {
  // Kept until the waiters are told: we are being called from inside it.
  const std::unique_ptr<LeaderSearch> search = std::move(entry.search);
  // One by one: telling one may cancel others.
  while (!entry.waiters.empty() && !entry.search) {
    Waiter& waiter = entry.waiters.front();
    waiter.leave();
    const Found done = std::move(waiter.done_);
    done(found);
  }
}

void CopysetMap::suspect(uint32_t chunkServerId) {
  for (auto& [key, entry] : entries_) {
    const Peer* leader = entry.copyset.leaderPeer();
    if (leader && leader->chunkServerId == chunkServerId) entry.copyset.leaderMayChange = true;
  }
}

}  // namespace curve
