// Tells a chunkserver that is slow from one that is gone, and spreads the word to the copysets it leads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <unordered_map>

#include "context.h"
#include "linked_list.h"
#include "mds/mds_client.h"
#include "volume/copyset_map.h"
#include "volume/health_probe.h"

namespace curve {

class Stability {
 public:
  Stability(Context& context, mds::MdsClient& mds, CopysetMap& copysets)
      : context_(context), mds_(mds), copysets_(copysets) {}

  using Judged = std::function<void()>;
  class Waiter : public LinkedList<Waiter>::Link {
    friend class Stability;
    Judged judged_;
  };

  // Any answer, even an error status.
  void answered(const Peer& peer);
  // A send to `peer` has failed. `judged` runs once, when it is known whether the copysets that it leads are suspect:
  // within this call, or when a probe has ended, unless `waiter` is destroyed before.
  void failed(const Peer& peer, bool timedOut, Waiter& waiter, Judged judged);

 private:
  struct Probe {
    std::unique_ptr<HealthProbe> http;
    LinkedList<Waiter> waiting;
  };

  void probed(const Peer& peer, bool healthy);
  void suspectServer(const Peer& peer);

  Context& context_;
  mds::MdsClient& mds_;
  CopysetMap& copysets_;
  std::unordered_map<uint32_t, uint64_t> timeouts_;             // consecutive, by chunkserver
  std::unordered_map<uint32_t, std::set<uint32_t>> unstable_;   // chunkservers by IP
  std::unordered_map<uint32_t, Probe> probes_;                  // by chunkserver
};

}  // namespace curve
