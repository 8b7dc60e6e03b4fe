#include "volume/segment_map.h"

#include <algorithm>

namespace curve {

using net::Micros;
using Response = wire::GetOrAllocateSegmentResponse;

namespace {

// An MDS acts on requests whose date is within 15 seconds of its clock, and ours may be as much ahead of it.
constexpr std::chrono::seconds kLatest{30};
// A peer that has ended its connection acts on what it got by then at once, or never.
constexpr std::chrono::seconds kLatestOfEnded{1};
constexpr std::chrono::milliseconds kDoubtPause{200};

bool hasChunks(const Response& r) { return r.segment && !r.segment->chunks.empty(); }

// A cluster that cannot allocate just now (full, or no copyset ready) makes writers wait, not fail.
bool allocationMayComeLater(const Response& r) {
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

// For how long a request without an answer may still be acted on; nothing if it will not be, or was. `soon`: it has just
// been sent, so that nobody but the peer has ended the connection.
std::optional<std::chrono::seconds> mayComeLate(const Failure& failure, bool soon) {
  const rpc::Error* error = std::get_if<rpc::Error>(&failure.reason);
  if (!error) return std::nullopt;
  switch (*error) {
    case rpc::kTimedOut:
    case rpc::kConnectTimedOut:
    case rpc::kFailedSocket:
    case rpc::kHostDown:
      return kLatest;
    case rpc::kConnReset:
      return soon ? kLatestOfEnded : kLatest;
    case rpc::kEof:
      return kLatestOfEnded;
    default:
      return std::nullopt;
  }
}

}  // namespace

SegmentMap::~SegmentMap() {
  mds_.cancel(counting_);
  for (auto& [key, question] : questions_) {
    mds_.cancel(question.token);
    context_.loop.cancel(question.timer);
  }
  for (auto& [offset, leaving] : leaving_) {
    mds_.cancel(leaving.token);
    context_.loop.cancel(leaving.timer);
  }
}

const ChunkRef* SegmentMap::find(uint64_t chunkIndex, bool write) const {
  if (write && !leaving_.empty() && leaving_.count(geometry_.segmentOffset(chunkIndex)) != 0) return nullptr;
  const auto it = chunks_.find(chunkIndex);
  return it == chunks_.end() ? nullptr : &it->second;
}

void SegmentMap::query(uint64_t segmentOffset, bool allocate, const mds::User& user, Query& query, Answered answered) {
  query.segmentOffset_ = segmentOffset;
  query.allocate_ = allocate;
  query.user_ = &user;
  query.answered_ = std::move(answered);
  ask(query);
}

void SegmentMap::ask(Query& query) {
  if (const auto leaving = leaving_.find(query.segmentOffset_); leaving != leaving_.end()) {
    // Whether it comes before or after the return is all the same to a read.
    if (query.allocate_ || !leaving->second.doubted) return leaving->second.waiters.pushBack(query);
  }
  const Key key{query.segmentOffset_, query.allocate_, *query.user_};
  const auto [entry, isNew] = questions_.try_emplace(key);
  Question& question = entry->second;
  // What is allocated was so before, too.
  (question.sent && !query.allocate_ ? question.late : question.waiters).pushBack(query);
  if (!isNew) return;
  context_.loop.defer([this, key, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) send(key);
  });
}

void SegmentMap::send(const Key& key) {
  const auto entry = questions_.find(key);
  if (entry == questions_.end() || entry->second.sent) return;
  Question& question = entry->second;
  question.sent = true;
  question.epoch = identity_.epoch;
  wire::GetOrAllocateSegmentRequest request;
  request.fileName = identity_.path;
  request.owner = key.user.owner;
  request.offset = key.segmentOffset;
  request.allocateIfNotExist = key.allocate;
  if (key.allocate && identity_.epoch != 0) request.epoch = identity_.epoch;
  question.token = mds_.call<Response>(
      wire::method::GetOrAllocateSegment, std::move(request), key.user,
      [this, key](const Outcome& failure, Response& r) {
        if (failure && failure->is(mds::kSegmentNotAllocated) && !key.allocate) {
          // Unless a write has had it allocated meanwhile.
          if (!find(key.segmentOffset / geometry_.chunkSize, false)) markAbsent(key.segmentOffset);
          return answer(key, Answer::notAllocated, std::nullopt);
        }
        Question& asked = questions_[key];
        if (failure && failure->is(mds::kEpochTooOld) && (identity_.raising > 0 || identity_.epoch > asked.epoch)) {
          // Fenced off by this client itself.
          asked.sent = false;
          asked.timer = context_.loop.after(Micros(context_.config.mdsRetryIntervalUs), [this, key] {
            questions_[key].timer = {};
            send(key);
          });
          return;
        }
        if (!failure && hasChunks(r) && isWhole(key.segmentOffset, *r.segment)) {
          return fetchCopysets(key, std::move(*r.segment));
        }
        // libcurve collapses every reason to one code, so the I/O's is -2 whatever the MDS said.
        answer(key, Answer::failed,
               failure.value_or(mds_.incomplete(wire::method::GetOrAllocateSegment)).as(libcurve::kFailed));
      },
      mds::Budget::unlimited, key.allocate ? allocationMayComeLater : nullptr);
}

// Taken for what it is not, another segment or a part of one would be read as zeros, or written over.
bool SegmentMap::isWhole(uint64_t segmentOffset, const wire::PageFileSegment& segment) const {
  return segment.isWhole(segmentOffset) && segment.segmentSize == geometry_.segmentSize &&
         segment.chunkSize == geometry_.chunkSize;
}

void SegmentMap::fetchCopysets(const Key& key, wire::PageFileSegment segment) {
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
    chunks_[index++] = {chunk.chunkId, {segment.logicalPoolId, chunk.copysetId}};
  }
  absent_.remove(segment.startOffset / geometry_.segmentSize, segment.startOffset / geometry_.segmentSize + 1);
}

void SegmentMap::erase(uint64_t segmentOffset) {
  const uint64_t first = segmentOffset / geometry_.chunkSize;
  for (uint64_t i = 0; i < geometry_.segmentSize / geometry_.chunkSize; i++) chunks_.erase(first + i);
}

void SegmentMap::markAbsent(uint64_t segmentOffset) {
  const uint64_t segment = segmentOffset / geometry_.segmentSize;
  absent_.add(segment, segment + 1);
}

void SegmentMap::answer(const Key& key, Answer answer, const Outcome& failure) {
  // Off the books first: a waiter may ask again.
  const auto node = questions_.extract(key);
  Question& question = node.mapped();
  if (answer != Answer::found) {
    while (!question.late.empty()) ask(question.late.front());
  }
  for (LinkedList<Query>* waiters : {&question.waiters, &question.late}) {
    while (!waiters->empty()) {
      Query& query = waiters->front();
      query.leave();
      const Answered answered = std::move(query.answered_);
      answered(answer, failure);
    }
  }
}

uint64_t SegmentMap::attempts(const Query& query) const {
  if (!query.isIn()) return 0;
  const auto it = questions_.find({query.segmentOffset_, query.allocate_, *query.user_});
  return it == questions_.end() ? 0 : mds_.attempts(it->second.token);
}

void SegmentMap::deallocate(uint64_t segmentOffset, const mds::User& by, std::function<void(bool)> done) {
  Leaving& leaving = leaving_[segmentOffset];
  leaving.by = by;
  leaving.done = std::move(done);
  if (const ChunkRef* first = find(segmentOffset / geometry_.chunkSize, false)) leaving.firstChunk = first->chunkId;
  // At once: what is written to its chunks from now on would go with them.
  erase(segmentOffset);
  leaving.turn.await(context_.volumeCalls, [this, segmentOffset] { sendBack(segmentOffset); });
}

void SegmentMap::sendBack(uint64_t segmentOffset) {
  Leaving& leaving = leaving_[segmentOffset];
  leaving.sent = net::Clock::now();
  wire::DeAllocateSegmentRequest request;
  request.fileName = identity_.path;
  request.owner = leaving.by.owner;
  request.offset = segmentOffset;
  leaving.token = mds_.call<wire::StatusResponse>(
      wire::method::DeAllocateSegment, std::move(request), leaving.by,
      [this, segmentOffset](const Outcome& failure, wire::StatusResponse&) {
        leaving_[segmentOffset].turn.end();
        if (!failure || failure->is(mds::kSegmentNotAllocated)) {
          markAbsent(segmentOffset);
          return left(segmentOffset, !failure);
        }
        // Not repeated when refused: the next discard of the whole segment starts anew.
        Leaving& leaving = leaving_[segmentOffset];
        const auto now = net::Clock::now();
        const bool soon = now - leaving.sent < std::chrono::milliseconds(context_.config.mdsRpcTimeoutMs);
        const auto late = mayComeLate(*failure, soon);
        if (!late) return left(segmentOffset, false);
        leaving.doubted = true;
        leaving.until = *late == kLatest ? leaving.sent + kLatest : now + *late;
        // Reads need not wait for what comes of it.
        LinkedList<Query> waiters;
        while (!leaving.waiters.empty()) waiters.pushBack(leaving.waiters.front());
        while (!waiters.empty()) ask(waiters.front());
        doubt(segmentOffset);
      },
      mds::Budget::once);
}

void SegmentMap::doubt(uint64_t segmentOffset) {
  Leaving& leaving = leaving_[segmentOffset];
  wire::GetOrAllocateSegmentRequest request;
  request.fileName = identity_.path;
  request.owner = leaving.by.owner;
  request.offset = segmentOffset;
  // What is answered to a question of after `until` stays true.
  const bool certain = net::Clock::now() >= leaving.until;
  leaving.token = mds_.call<Response>(
      wire::method::GetOrAllocateSegment, std::move(request), leaving.by,
      [this, segmentOffset, certain](const Outcome& failure, Response& r) {
        Leaving& leaving = leaving_[segmentOffset];
        if (failure && failure->is(mds::kSegmentNotAllocated)) markAbsent(segmentOffset);
        const bool same = !failure && hasChunks(r) && r.segment->chunks.front().chunkId ==
                                                          leaving.firstChunk.value_or(r.segment->chunks.front().chunkId);
        if (!same || certain) return left(segmentOffset, !same);
        leaving.firstChunk = r.segment->chunks.front().chunkId;
        leaving.timer = context_.loop.after(kDoubtPause, [this, segmentOffset] {
          leaving_[segmentOffset].timer = {};
          doubt(segmentOffset);
        });
      },
      mds::Budget::unlimited);
}

void SegmentMap::left(uint64_t segmentOffset, bool taken) {
  erase(segmentOffset);
  const auto node = leaving_.extract(segmentOffset);
  LinkedList<Query>& waiters = node.mapped().waiters;
  while (!waiters.empty()) ask(waiters.front());
  node.mapped().done(taken);
}

void SegmentMap::count(std::function<void(std::optional<uint64_t>)> done) {
  counting_ = mds_.call<wire::GetAllocatedSizeResponse>(
      wire::method::GetAllocatedSize, wire::NameRequest{identity_.path}, {},
      [this, done = std::move(done)](const Outcome& failure, wire::GetAllocatedSizeResponse& r) {
        if (failure || !r.allocatedSize) return done(std::nullopt);
        done(*r.allocatedSize / geometry_.segmentSize);
      });
}

}  // namespace curve
