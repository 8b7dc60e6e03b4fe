#include "volume/discard.h"

#include <algorithm>
#include <utility>

namespace curve {

namespace {
// So many segments are given back at a time: the MDS has others to serve.
constexpr size_t kAtOnce = 4;
// Of more segments at once than these it is first asked how many are allocated.
constexpr uint64_t kMany = 16;
// More separate ranges than these are not remembered; some 6 MiB.
constexpr size_t kMaxRanges = size_t{1} << 16;

// What is busy is looked at again no sooner than this.
constexpr std::chrono::milliseconds kLeastPause{100};

// How many units it takes.
uint64_t unitsOf(uint64_t value, uint64_t unit) { return value / unit + (value % unit != 0); }
}  // namespace

Discard::~Discard() { context_.loop.cancel(timer_); }

void Discard::clear() {
  discarded_.clear();
  scheduled_.clear();
  due_.clear();
  counting_ = false;
  segments_.stopCounting();
  context_.loop.cancel(timer_);
}

// A segment's tail shorter than a granule is never marked.
uint64_t Discard::granulesPerSegment() const {
  return std::max<uint64_t>(1, geometry_.segmentSize / context_.config.discardGranularity);
}

void Discard::mark(uint64_t offset, uint64_t length, const mds::User& by, bool exclusive) {
  if (!context_.config.discardEnabled || length < context_.config.discardGranularity) return;
  const uint64_t end = offset + length;
  if (!geometry_.striped()) return markAddresses(offset, end, by, exclusive);
  // The chunks that share stripes have, together, the same addresses in the volume and in its chunks; only where the
  // range begins and ends within such a group do the stripes matter.
  const uint64_t group = geometry_.stripeCount * geometry_.chunkSize;
  const uint64_t firstWhole = unitsOf(offset, group) * group, lastWhole = end / group * group;
  const auto markPieces = [&](uint64_t from, uint64_t to) {
    std::vector<Piece> pieces;
    // By the chunk: stripes may be small, and their pieces many.
    for (uint64_t next; from < to; from = next) {
      next = std::min(from - from % geometry_.chunkSize + geometry_.chunkSize, to);
      pieces.clear();
      split(geometry_, from, next - from, pieces);
      for (const Piece& piece : pieces) {
        const uint64_t begin = piece.chunkIndex * geometry_.chunkSize + piece.offset;
        markAddresses(begin, begin + piece.length, by, exclusive);
      }
    }
  };
  if (firstWhole >= lastWhole) return markPieces(offset, end);
  markPieces(offset, firstWhole);
  markAddresses(firstWhole, lastWhole, by, exclusive);
  markPieces(lastWhole, end);
}

// Only granules that lie wholly inside.
void Discard::markAddresses(uint64_t begin, uint64_t end, const mds::User& by, bool exclusive) {
  const uint64_t granularity = context_.config.discardGranularity, segmentSize = geometry_.segmentSize;
  const uint64_t each = granulesPerSegment();
  const uint64_t first =
      begin / segmentSize * each + std::min(unitsOf(begin % segmentSize, granularity), each);
  const uint64_t last = end / segmentSize * each + std::min(end % segmentSize / granularity, each);
  if (first >= last || discarded_.count() >= kMaxRanges) return;
  discarded_.add(first, last);
  // What became whole with it, and does not wait already.
  const uint64_t endSegment = unitsOf(last, each);
  uint64_t segment = first / each;
  while ((segment = nextWhole(segment, endSegment)) < endSegment) {
    const auto range = discarded_.next(segment * each);
    uint64_t wholeEnd = std::min(range->end / each, endSegment);
    if (const auto waiting = scheduled_.next(segment)) {
      if (waiting->begin <= segment) {
        segment = waiting->end;
        continue;
      }
      wholeEnd = std::min(wholeEnd, waiting->begin);
    }
    const auto delay = std::chrono::milliseconds(context_.config.discardTaskDelayMs);
    schedule({context_.loop.now() + delay, segment, wholeEnd, by, exclusive, {}});
    segment = wholeEnd;
  }
}

uint64_t Discard::nextWhole(uint64_t first, uint64_t end) const {
  const uint64_t each = granulesPerSegment();
  while (first < end) {
    const auto range = discarded_.next(first * each);
    if (!range) return end;
    const uint64_t segment = std::max(first, unitsOf(range->begin, each));
    if (segment >= end) return end;
    if ((segment + 1) * each <= range->end) return segment;
    first = std::max(segment, range->end / each + (range->end % each != 0));
    if (first == segment) first++;
  }
  return end;
}

void Discard::touched(const std::vector<Piece>& pieces) {
  if (discarded_.empty()) return;
  const uint64_t granularity = context_.config.discardGranularity, each = granulesPerSegment();
  for (const Piece& piece : pieces) {
    const uint64_t segmentOffset = geometry_.segmentOffset(piece.chunkIndex);
    const uint64_t begin = piece.chunkIndex * geometry_.chunkSize + piece.offset - segmentOffset;
    const uint64_t before = segmentOffset / geometry_.segmentSize * each;
    discarded_.remove(before + begin / granularity, before + std::min(unitsOf(begin + piece.length, granularity), each));
  }
  if (discarded_.count() >= 2 * kMaxRanges) clear();
}

void Discard::schedule(Due due) {
  scheduled_.add(due.first, due.end);
  const bool first = due_.empty();
  due_.push_back(std::move(due));
  if (first) giveBack();
}

void Discard::giveBack() {
  context_.loop.cancel(timer_);
  const uint64_t each = granulesPerSegment();
  while (!due_.empty() && underWay_ < kAtOnce && !counting_) {
    Due& due = due_.front();
    if (due.when > context_.loop.now()) {
      timer_ = context_.loop.at(due.when, [this] {
        timer_ = {};
        giveBack();
      });
      return;
    }
    if (!due.allocated && due.end - due.first > kMany) {
      // What is on its way may have been counted or not.
      if (underWay_ == 0) count();
      return;
    }
    if (due.allocated && *due.allocated == 0) {
      // What is allocated by now was so after the discard.
      discarded_.remove(due.first * each, due.end * each);
      scheduled_.remove(due.first, due.end);
      due_.pop_front();
      continue;
    }
    const uint64_t segment = nextWhole(due.first, due.end);
    scheduled_.remove(due.first, std::min(segment + 1, due.end));
    due.first = segment;
    if (segment >= due.end) {
      due_.pop_front();
      continue;
    }
    if (due.exclusive) {
      if (const auto absent = segments_.absentFrom(segment); absent && absent->begin <= segment) {
        const uint64_t end = std::min(absent->end, due.end);
        discarded_.remove(segment * each, end * each);
        scheduled_.remove(segment, end);
        due.first = end;
        continue;
      }
    }
    due.first = segment + 1;
    const auto pause = std::max(std::chrono::milliseconds(context_.config.discardTaskDelayMs), kLeastPause);
    const Due again{context_.loop.now() + pause, segment, segment + 1, due.by, due.exclusive, {}};
    if (volume_.isBusy(segment * geometry_.segmentSize)) {
      // What is under way began before the discard, and must not come after the return.
      schedule(again);
      continue;
    }
    discarded_.remove(segment * each, (segment + 1) * each);
    underWay_++;
    segments_.deallocate(segment * geometry_.segmentSize, again.by, [this](bool taken) { ended(taken); });
  }
}

void Discard::count() {
  counting_ = true;
  segments_.count([this](std::optional<uint64_t> allocated) {
    counting_ = false;
    due_.front().allocated = allocated.value_or(UINT64_MAX);
    giveBack();
  });
}

void Discard::ended(bool taken) {
  underWay_--;
  if (taken && !due_.empty() && due_.front().allocated) (*due_.front().allocated)--;
  giveBack();
  if (underWay_ == 0) volume_.idle();
}

}  // namespace curve
