// Which chunk holds what: the cache of an open volume's allocated segments, filled from the MDS on demand.
#pragma once

#include <functional>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "linked_list.h"
#include "volume/copyset_map.h"
#include "volume/geometry.h"

namespace curve {

struct ChunkRef {
  uint64_t chunkId = 0;
  CopysetId copyset;
};

class SegmentMap {
 public:
  enum class Answer { found, notAllocated, failed };
  using Answered = std::function<void(Answer, const Outcome&)>;

  // What a segment is asked for by; `epoch` changes over time and is read when needed.
  struct Identity {
    const std::string& path;
    const mds::User& user;
    const uint64_t& epoch;
  };

  SegmentMap(Context& context, mds::MdsClient& mds, CopysetMap& copysets, const Geometry& geometry, Identity identity)
      : context_(context), mds_(mds), copysets_(copysets), geometry_(geometry), identity_(identity) {}
  ~SegmentMap();

  // Null: not known to be allocated.
  const ChunkRef* find(uint64_t chunkIndex) const;
  // Whether the MDS once said that this chunk is not allocated.
  bool knownAbsent(uint64_t chunkIndex) const { return absent_.count(chunkIndex) != 0; }
  void markAbsent(uint64_t chunkIndex) { absent_.insert(chunkIndex); }

  // Somebody who asks; waits until answered, or for as long as it exists.
  class Query : public LinkedList<Query>::Link {
    friend class SegmentMap;
    uint64_t segmentOffset_ = 0;
    bool allocate_ = false;
    Answered answered_;
  };
  // Asks the MDS. Calls for the same segment share one question.
  void query(uint64_t segmentOffset, bool allocate, Query& query, Answered answered);
  // How often the question has been asked that is waited for.
  uint64_t attempts(const Query& query) const;
  // Gives the segment back to the MDS. Who needs it meanwhile waits, and is answered by what the MDS knows then.
  void deallocate(uint64_t segmentOffset);

 private:
  using Key = std::pair<uint64_t, bool>;
  struct Question {
    mds::MdsClient::Token token = 0;
    LinkedList<Query> waiters;
  };

  void ask(Query& query);
  void fetchCopysets(Key key, wire::PageFileSegment segment);
  void insert(const wire::PageFileSegment& segment);
  void answer(Key key, Answer answer, const Outcome& failure);

  Context& context_;
  mds::MdsClient& mds_;
  CopysetMap& copysets_;
  const Geometry& geometry_;
  const Identity identity_;
  std::unordered_map<uint64_t, ChunkRef> chunks_;
  std::unordered_set<uint64_t> absent_;
  std::map<Key, Question> questions_;
  // Segments that are being given back, and the queries about them that wait for that.
  std::map<uint64_t, LinkedList<Query>> deallocating_;
};

}  // namespace curve
