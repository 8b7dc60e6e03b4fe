// Which chunk holds what: what is known of a volume's segments, filled from the MDS on demand.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "linked_list.h"
#include "volume/copyset_map.h"
#include "volume/geometry.h"
#include "volume/interval_set.h"

namespace curve {

struct ChunkRef {
  uint64_t chunkId = 0;
  CopysetId copyset;
};

class SegmentMap {
 public:
  enum class Answer { found, notAllocated, failed };
  using Answered = std::function<void(Answer, const Outcome&)>;

  // What a segment is asked for by. All change over time and are read when needed.
  struct Identity {
    const std::string& path;
    const uint64_t& epoch;
    // How many calls of this client are raising the epoch.
    const size_t& raising;
  };

  SegmentMap(Context& context, mds::MdsClient& mds, CopysetMap& copysets, const Geometry& geometry, Identity identity)
      : context_(context), mds_(mds), copysets_(copysets), geometry_(geometry), identity_(identity) {}
  ~SegmentMap();

  // Null: not known to be allocated, or, for a write, not known to stay so.
  const ChunkRef* find(uint64_t chunkIndex, bool write) const;
  // Whether the MDS once said that its segment is not allocated, or took it back.
  bool knownAbsent(uint64_t chunkIndex) const {
    return absent_.contains(geometry_.segmentOffset(chunkIndex) / geometry_.segmentSize);
  }
  // The first segments, by number, that are known to be absent and end behind this one.
  std::optional<IntervalSet::Interval> absentFrom(uint64_t segment) const { return absent_.next(segment); }
  void forgetAbsent() { absent_.clear(); }

  // Somebody who asks; waits until answered, or for as long as it exists.
  class Query : public LinkedList<Query>::Link {
    friend class SegmentMap;
    uint64_t segmentOffset_ = 0;
    bool allocate_ = false;
    const mds::User* user_ = nullptr;
    Answered answered_;
  };
  // Asks the MDS. Calls for the same segment share one question, as long as it has not been sent: that it is not
  // allocated may be an answer from before what another client has written since.
  void query(uint64_t segmentOffset, bool allocate, const mds::User& user, Query& query, Answered answered);
  // How often the question has been asked that is waited for.
  uint64_t attempts(const Query& query) const;
  // Gives the segment back to the MDS, and tells when it is known what has become of it: whether the MDS had it and took
  // it. Who needs it meanwhile waits, and is answered by what the MDS knows then.
  void deallocate(uint64_t segmentOffset, const mds::User& by, std::function<void(bool)> done);
  // Asks how many segments are allocated; tells nothing if there is no answer.
  void count(std::function<void(std::optional<uint64_t>)> done);
  void stopCounting() { mds_.cancel(counting_); }

 private:
  struct Key {
    uint64_t segmentOffset;
    bool allocate;
    mds::User user;
    bool operator<(const Key& other) const {
      return std::tie(segmentOffset, allocate, user.owner, user.password) <
             std::tie(other.segmentOffset, other.allocate, other.user.owner, other.user.password);
    }
  };
  struct Question {
    bool sent = false;
    uint64_t epoch = 0;
    mds::MdsClient::Token token = 0;
    net::Loop::Timer timer{};
    LinkedList<Query> waiters;
    // Those who came when it had been sent, and need a newer answer.
    LinkedList<Query> late;
  };
  // A segment that is being given back.
  struct Leaving {
    Turns::Turn turn;
    net::Clock::time_point sent;
    mds::User by;
    std::function<void(bool)> done;
    mds::MdsClient::Token token = 0;
    // The answer got lost. Until when the MDS may still take the segment, and what is first in it till then.
    bool doubted = false;
    net::Clock::time_point until;
    std::optional<uint64_t> firstChunk;
    net::Loop::Timer timer{};
    LinkedList<Query> waiters;
  };

  void ask(Query& query);
  void send(const Key& key);
  void fetchCopysets(const Key& key, wire::PageFileSegment segment);
  void insert(const wire::PageFileSegment& segment);
  void erase(uint64_t segmentOffset);
  void markAbsent(uint64_t segmentOffset);
  void answer(const Key& key, Answer answer, const Outcome& failure);
  bool isWhole(uint64_t segmentOffset, const wire::PageFileSegment& segment) const;
  void sendBack(uint64_t segmentOffset);
  // Looks whether a segment is still there, until that is certain.
  void doubt(uint64_t segmentOffset);
  void left(uint64_t segmentOffset, bool taken);

  Context& context_;
  mds::MdsClient& mds_;
  CopysetMap& copysets_;
  const Geometry& geometry_;
  const Identity identity_;
  std::unordered_map<uint64_t, ChunkRef> chunks_;
  // Segments by number.
  IntervalSet absent_;
  std::map<Key, Question> questions_;
  std::map<uint64_t, Leaving> leaving_;
  mds::MdsClient::Token counting_ = 0;
  // Deferred sends check this.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace curve
