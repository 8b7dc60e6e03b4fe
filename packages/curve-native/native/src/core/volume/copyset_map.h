// The copysets an open volume has met, and the searches for their leaders. Requests that need the same leader share
// one search.
#pragma once

#include <functional>
#include <memory>
#include <unordered_map>

#include "linked_list.h"
#include "volume/leader_search.h"

namespace curve {

class CopysetMap {
 public:
  CopysetMap(Context& context, mds::MdsClient& mds) : context_(context), mds_(mds) {}

  // Does nothing for a copyset already known: its leader would be forgotten.
  void insert(uint32_t pool, const wire::CopySetServerInfo& info);
  Copyset& get(CopysetId id) { return entries_[id.key()].copyset; }

  using Found = std::function<void(bool)>;
  // Somebody who needs a leader; waits until told, or for as long as it exists.
  class Waiter : public LinkedList<Waiter>::Link {
    friend class CopysetMap;
    Found done_;
  };
  // Searches the leader and tells the waiter, never from inside this call.
  void refresh(CopysetId id, Waiter& waiter, Found done);

  // Every copyset led by this chunkserver gets leaderMayChange.
  void suspect(uint32_t chunkServerId);

 private:
  struct Entry {
    Copyset copyset;
    std::unique_ptr<LeaderSearch> search;
    LinkedList<Waiter> waiters;
  };

  void finished(Entry& entry, bool found);

  Context& context_;
  mds::MdsClient& mds_;
  // Node-based, so that searches may hold on to their copyset.
  std::unordered_map<uint64_t, Entry> entries_;
  // Deferred starts check this.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace curve
