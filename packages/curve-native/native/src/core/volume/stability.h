// Tells a chunkserver that is slow from one that is gone, and spreads the word to the copysets it leads.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <unordered_map>

#include "context.h"
#include "mds/mds_client.h"
#include "volume/copyset_map.h"
#include "volume/health_probe.h"

namespace curve {

class Stability {
 public:
  Stability(Context& context, mds::MdsClient& mds, CopysetMap& copysets)
      : context_(context), mds_(mds), copysets_(copysets) {}

  // Any answer, even an error status.
  void answered(const Peer& peer);
  void failed(const Peer& peer, bool timedOut);

 private:
  void probed(const Peer& peer, bool healthy);
  void suspectServer(const Peer& peer);

  Context& context_;
  mds::MdsClient& mds_;
  CopysetMap& copysets_;
  std::unordered_map<uint32_t, uint64_t> timeouts_;             // consecutive, by chunkserver
  std::unordered_map<uint32_t, std::set<uint32_t>> unstable_;   // chunkservers by IP
  std::unordered_map<uint32_t, std::unique_ptr<HealthProbe>> probes_;
};

}  // namespace curve
