// Finds the leader of one copyset: GetLeader to its members in parallel, the MDS when they do not know.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "context.h"
#include "mds/mds_client.h"
#include "volume/copyset.h"

namespace curve {

class LeaderSearch {
 public:
  // `done(found)` runs once, unless the search is destroyed first; it may destroy the search.
  LeaderSearch(Context& context, mds::MdsClient& mds, CopysetId id, Copyset& copyset, std::function<void(bool)> done);
  ~LeaderSearch();
  void start() { ask(); }

 private:
  class Question;

  void ask();
  void answered(Question& question, const net::RpcReply& reply);
  void adopt(const net::Endpoint& leader);
  void lookUpStranger(const net::Endpoint& leader);
  void fetchMembers(std::function<void(const std::vector<wire::ChunkServerLocation>*)> done);
  void nobodyKnows();
  void finish(bool found);

  Context& context_;
  mds::MdsClient& mds_;
  const CopysetId id_;
  Copyset& copyset_;
  std::function<void(bool)> done_;
  std::vector<std::unique_ptr<Question>> questions_;
  size_t unanswered_ = 0;
  uint64_t rounds_ = 0;
  mds::MdsClient::Token token_ = 0;
  net::Loop::Timer timer_{};
};

}  // namespace curve
