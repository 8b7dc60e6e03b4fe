#include "volume/leader_search.h"

#include <utility>

namespace curve {

using net::Micros;

class LeaderSearch::Question final : public net::Rpc {
 public:
  Question(LeaderSearch& search, net::Channel& channel) : search_(search), channel_(channel) {}
  ~Question() { channel_.cancel(*this); }
  void onReply(const net::RpcReply& reply) override { search_.answered(*this, reply); }
  net::Channel& channel() { return channel_; }

 private:
  LeaderSearch& search_;
  net::Channel& channel_;
};

LeaderSearch::LeaderSearch(Context& context, mds::MdsClient& mds, CopysetId id, Copyset& copyset,
                           std::function<void(bool)> done)
    : context_(context), mds_(mds), id_(id), copyset_(copyset), done_(std::move(done)) {}

LeaderSearch::~LeaderSearch() {
  mds_.cancel(token_);
  context_.loop.cancel(timer_);
}

void LeaderSearch::ask() {
  timer_ = {};
  if (rounds_++ >= context_.config.getLeaderRetry) return finish(false);
  questions_.clear();
  const std::string message = wire::encode(wire::GetLeaderRequest{id_.pool, id_.id});
  for (size_t i = 0; i < copyset_.peers.size(); i++) {
    // The one that just failed us is asked again only when nobody else can be.
    if (static_cast<int>(i) == copyset_.leader) continue;
    net::Channel& channel = context_.transport.to(copyset_.peers[i].address);
    questions_.push_back(std::make_unique<Question>(*this, channel));
  }
  unanswered_ = questions_.size();
  if (questions_.empty()) return nobodyKnows();
  for (auto& question : questions_) {
    question->channel().start(*question, wire::method::GetLeader, std::nullopt, message,
                              std::chrono::milliseconds(context_.config.getLeaderTimeoutMs));
  }
}

void LeaderSearch::answered(Question&, const net::RpcReply& reply) {
  unanswered_--;
  wire::GetLeaderResponse response;
  if (reply.error == rpc::kNone && wire::decode(reply.message, response)) {
    // The first to know wins; finish() withdraws the other questions.
    if (const auto leader = net::Endpoint::parse(response.leader.address.value_or(""))) return adopt(*leader);
  }
  if (unanswered_ == 0) nobodyKnows();
}

void LeaderSearch::adopt(const net::Endpoint& leader) {
  // Not cleared: one of the questions is calling us. They are withdrawn, so no second answer can arrive.
  for (auto& question : questions_) question->channel().cancel(*question);
  const int index = copyset_.indexOf(leader);
  if (index == Copyset::kUnknown) return lookUpStranger(leader);
  copyset_.leader = index;
  finish(true);
}

void LeaderSearch::lookUpStranger(const net::Endpoint& leader) {
  token_ = mds_.call<wire::GetChunkServerResponse>(
      wire::method::GetChunkServer, wire::GetChunkServerRequest{leader.ipText(), leader.port}, {},
      [this, leader](const Outcome& failure, wire::GetChunkServerResponse& response) {
        std::optional<Peer> stranger;
        if (!failure && response.chunkServer) {
          const auto& c = *response.chunkServer;
          stranger = Peer::of(c.chunkServerId, c.hostIp, c.port, c.externalIp);
        }
        if (!stranger) return nobodyKnows();
        fetchMembers([this, leader, stranger](const std::vector<wire::ChunkServerLocation>* members) {
          if (members) {
            Copyset fresh;
            fresh.setPeers(*members);
            if (fresh.indexOf(leader) != Copyset::kUnknown) copyset_.peers = fresh.peers;
          }
          if (copyset_.indexOf(leader) == Copyset::kUnknown) copyset_.peers.push_back(*stranger);
          copyset_.leader = copyset_.indexOf(leader);
          finish(copyset_.leader != Copyset::kUnknown);
        });
      });
}

void LeaderSearch::nobodyKnows() {
  fetchMembers([this](const std::vector<wire::ChunkServerLocation>* members) {
    if (!members) {
      timer_ = context_.loop.after(Micros(context_.config.metaCacheRetryIntervalUs), [this] { ask(); });
      return;
    }
    copyset_.setPeers(*members);
    // At once, but not from inside whatever called us.
    timer_ = context_.loop.after(Micros(0), [this] { ask(); });
  });
}

void LeaderSearch::fetchMembers(std::function<void(const std::vector<wire::ChunkServerLocation>*)> done) {
  wire::GetChunkServerListInCopySetsRequest request{id_.pool, {id_.id}};
  token_ = mds_.call<wire::GetChunkServerListInCopySetsResponse>(
      wire::method::GetChunkServerListInCopySets, std::move(request), {},
      [id = id_.id, done = std::move(done)](const Outcome& failure,
                                            wire::GetChunkServerListInCopySetsResponse& response) {
        const std::vector<wire::ChunkServerLocation>* members = nullptr;
        for (const auto& copyset : response.copysets) {
          if (!failure && copyset.copysetId == id) members = &copyset.chunkServers;
        }
        done(members && !members->empty() ? members : nullptr);
      },
      mds::Budget::unlimited);
}

void LeaderSearch::finish(bool found) {
  if (found) copyset_.leaderMayChange = false;
  const auto done = std::move(done_);
  done(found);
}

}  // namespace curve
