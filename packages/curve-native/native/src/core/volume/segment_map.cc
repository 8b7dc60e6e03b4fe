#include "volume/segment_map.h"

namespace curve {

namespace {

bool hasChunks(const wire::GetOrAllocateSegmentResponse& r) { return r.segment && !r.segment->chunks.empty(); }

// A cluster that cannot allocate just now (full, or no copyset ready) makes writers wait, not fail.
bool allocationMayComeLater(const wire::GetOrAllocateSegmentResponse& r) {
  switch (r.statusCode) {
    case mds::kOK:
      return !hasChunks(r);
    case mds::kSegmentNotAllocated:
    case mds::kParaError:
    case mds::kFileNotExists:
    case mds::kOwnerAuthFail:
    case mds::kEpochTooOld:
      return false;
    default:
      return true;
  }
}

}  // namespace

SegmentMap::~SegmentMap() {
  for (auto& [key, question] : questions_) mds_.cancel(question.token);
}

const ChunkRef* SegmentMap::find(uint64_t chunkIndex) const {
  const auto it = chunks_.find(chunkIndex);
  return it == chunks_.end() ? nullptr : &it->second;
}

void SegmentMap::query(uint64_t segmentOffset, bool allocate, Query& query, Answered answered) {
  query.segmentOffset_ = segmentOffset;
  query.allocate_ = allocate;
  query.answered_ = std::move(answered);
  ask(query);
}

void SegmentMap::ask(Query& query) {
  const auto [segmentOffset, allocate] = Key{query.segmentOffset_, query.allocate_};
  if (const auto leaving = deallocating_.find(segmentOffset); leaving != deallocating_.end()) {
    return leaving->second.pushBack(query);
  }
  const Key key{segmentOffset, allocate};
  const bool asked = questions_.count(key) != 0;
  Question& question = questions_[key];
  question.waiters.pushBack(query);
  if (asked) return;

  wire::GetOrAllocateSegmentRequest request;
  request.fileName = identity_.path;
  request.owner = identity_.user.owner;
  request.offset = segmentOffset;
  request.allocateIfNotExist = allocate;
  if (allocate && identity_.epoch != 0) request.epoch = identity_.epoch;
  question.token = mds_.call<wire::GetOrAllocateSegmentResponse>(
      wire::method::GetOrAllocateSegment, std::move(request), identity_.user,
      [this, key](const Outcome& failure, wire::GetOrAllocateSegmentResponse& r) {
        if (failure && failure->is(mds::kSegmentNotAllocated) && !key.second) {
          return answer(key, Answer::notAllocated, std::nullopt);
        }
        if (!failure && hasChunks(r)) return fetchCopysets(key, std::move(*r.segment));
        // libcurve collapses every reason to one code, so the I/O's is -2 whatever the MDS said.
        answer(key, Answer::failed,
               failure.value_or(mds_.incomplete(wire::method::GetOrAllocateSegment)).as(libcurve::kFailed));
      },
      mds::Budget::unlimited, allocate ? allocationMayComeLater : nullptr);
}

void SegmentMap::fetchCopysets(Key key, wire::PageFileSegment segment) {
  wire::GetChunkServerListInCopySetsRequest request{segment.logicalPoolId, {}};
  for (const auto& chunk : segment.chunks) request.copysetId.push_back(chunk.copysetId);
  questions_[key].token = mds_.call<wire::GetChunkServerListInCopySetsResponse>(
      wire::method::GetChunkServerListInCopySets, std::move(request), {},
      [this, key, segment = std::move(segment)](const Outcome& failure,
                                                wire::GetChunkServerListInCopySetsResponse& r) {
        if (failure) return answer(key, Answer::failed, failure);
        for (const auto& copyset : r.copysets) copysets_.insert(segment.logicalPoolId, copyset);
        insert(segment);
        answer(key, Answer::found, std::nullopt);
      },
      mds::Budget::unlimited);
}

void SegmentMap::insert(const wire::PageFileSegment& segment) {
  uint64_t index = segment.startOffset / geometry_.chunkSize;
  for (const auto& chunk : segment.chunks) {
    chunks_[index] = {chunk.chunkId, {segment.logicalPoolId, chunk.copysetId}};
    absent_.erase(index++);
  }
}

void SegmentMap::answer(Key key, Answer answer, const Outcome& failure) {
  // Off the books first: a waiter may ask again.
  const auto node = questions_.extract(key);
  LinkedList<Query>& waiters = node.mapped().waiters;
  while (!waiters.empty()) {
    Query& query = waiters.front();
    query.leave();
    const Answered answered = std::move(query.answered_);
    answered(answer, failure);
  }
}

uint64_t SegmentMap::attempts(const Query& query) const {
  const auto it = questions_.find({query.segmentOffset_, query.allocate_});
  return it == questions_.end() || !query.isIn() ? 0 : mds_.attempts(it->second.token);
}

void SegmentMap::deallocate(uint64_t segmentOffset) {
  // At once: what is written to its chunks from now on would go with them.
  const uint64_t first = segmentOffset / geometry_.chunkSize;
  for (uint64_t i = 0; i < geometry_.segmentSize / geometry_.chunkSize; i++) chunks_.erase(first + i);
  deallocating_[segmentOffset];
  wire::DeAllocateSegmentRequest request;
  request.fileName = identity_.path;
  request.owner = identity_.user.owner;
  request.offset = segmentOffset;
  mds_.call<wire::StatusResponse>(wire::method::DeAllocateSegment, std::move(request), identity_.user,
                                  [this, segmentOffset](const Outcome&, wire::StatusResponse&) {
                                    // Not repeated when refused: the next discard of the whole segment starts anew.
                                    auto node = deallocating_.extract(segmentOffset);
                                    while (!node.mapped().empty()) ask(node.mapped().front());
                                  });
}

}  // namespace curve
