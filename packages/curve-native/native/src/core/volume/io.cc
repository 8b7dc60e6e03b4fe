#include "volume/io.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

#include "volume/descriptor.h"

namespace curve {

namespace {
// More pieces or requests than this are given back when an I/O ends.
constexpr size_t kMaxKept = 64;
}  // namespace

Volume& Io::volume() const { return descriptor_->volume(); }

void Io::start(Descriptor& descriptor, bool write, uint64_t offset, uint8_t* data, uint64_t length, Done done) {
  descriptor_ = &descriptor;
  write_ = write;
  offset_ = offset;
  data_ = data;
  length_ = length;
  done_ = std::move(done);
  descriptor.ios().splice(descriptor.ios().end(), entry_);
  const bool admitted = volume().throttle().admit(*this, write, length);
  volume().throttleClock().wake();
  if (admitted) locate();
}

void Io::end() {
  if (!active()) return;
  cancelAll();
  Descriptor& descriptor = *std::exchange(descriptor_, nullptr);
  failure_.reset();
  pending_ = 0;
  if (pieces_.capacity() > kMaxKept) pieces_ = {};
  pieces_.clear();
  entry_.splice(entry_.end(), descriptor.ios(), place_);
  descriptor.ioEnded();
}

void Io::cancelAll() {
  volume().loop().cancel(timer_);
  volume().throttle().withdraw(*this);
  queries_.clear();
  late_.leave();
  source_.leave();
  // Out of the queue first, or the place that one leaves would start the next.
  for (ChunkRequest& request : requests_) request.withdraw();
  if (requests_.size() > kMaxKept) std::deque<ChunkRequest>().swap(requests_);
  requests_.clear();
  sourceReads_.clear();
}

uint64_t Io::attempts() const {
  uint64_t most = 0;
  for (const SegmentMap::Query& query : queries_) most = std::max(most, volume().segments().attempts(query));
  for (const ChunkRequest& request : requests_) most = std::max(most, request.attempts());
  for (const Io& read : sourceReads_) most = std::max(most, read.attempts());
  return most;
}

void Io::abandon(Failure failure) {
  failure.attempts = attempts();
  cancelAll();
  finishSoon(failure);
}

void Io::locate() {
  split(volume().geometry(), offset_, length_, pieces_);
  volume().discard().touched(pieces_);
  resolve();
}

// Nothing is sent before the place of every piece is known.
void Io::resolve() {
  wasLazy_ = volume().isLazyClone();
  std::set<uint64_t> unknown;
  for (const Piece& piece : pieces_) {
    if (volume().segments().find(piece.chunkIndex, write_)) continue;
    const bool trusted = !write_ && descriptor_->exclusive() && !volume().isInCloneSource(piece.chunkIndex) &&
                         volume().segments().knownAbsent(piece.chunkIndex);
    if (!trusted) unknown.insert(volume().geometry().segmentOffset(piece.chunkIndex));
  }
  if (unknown.empty()) return sendRequests();
  pending_ = unknown.size();
  for (const uint64_t segment : unknown) {
    volume().segments().query(segment, write_, descriptor_->user(), queries_.emplace_back(),
                              [this](SegmentMap::Answer answer, const Outcome& failure) {
                                segmentAnswered(answer, failure);
                              });
  }
}

bool Io::touches(uint64_t segmentOffset) const {
  return std::any_of(pieces_.begin(), pieces_.end(), [&](const Piece& piece) {
    return volume().geometry().segmentOffset(piece.chunkIndex) == segmentOffset;
  });
}

void Io::segmentAnswered(SegmentMap::Answer answer, const Outcome& failure) {
  if (answer == SegmentMap::Answer::failed) failure_ = failure;
  if (--pending_ > 0) return;
  if (failure_) return finishSoon(failure_);
  sendRequests();
}

void Io::sendRequests() {
  // It would be undone by writes that were given up and are still to be done.
  LateWrites& others = volume().lateWrites();
  if (write_ && !others.empty() && others.await(pieces_, late_, [this] { sendRequests(); })) return;
  if (!write_ && wasLazy_) {
    // What was a hole may have been filled by the flatten.
    if (!volume().isLazyClone()) return resolve();
    if (awaitsSource()) return;
  }
  const uint64_t limit = volume().config().ioSplitMaxSizeKb * 1024;
  for (const Piece& piece : pieces_) {
    const ChunkRef* chunk = volume().segments().find(piece.chunkIndex, write_);
    if (!chunk && write_) {
      return finishSoon(Failure::refused(libcurve::kFailed, "the MDS returned a segment without this chunk"));
    }
    if (!chunk) {
      readHole(piece);
      continue;
    }
    for (uint64_t done = 0; done < piece.length; done += limit) {
      const uint64_t size = std::min(limit, piece.length - done);
      requests_.emplace_back(*descriptor_, *this, *chunk, piece.chunkIndex, piece.offset + done, size,
                             data_ + piece.bufferOffset + done);
    }
  }
  pending_ = requests_.size() + sourceReads_.size();
  if (pending_ == 0) return finishSoon(std::nullopt);
  for (ChunkRequest& request : requests_) descriptor_->window().submit(request);
}

bool Io::isSourcesHole(const Piece& piece) const {
  return volume().isInCloneSource(piece.chunkIndex) && !volume().segments().find(piece.chunkIndex, false);
}

// True while what is to be read from the source must wait until that is open.
bool Io::awaitsSource() {
  CloneSource& source = volume().cloneSource();
  const auto ofSource = [this](const Piece& piece) { return isSourcesHole(piece); };
  if (source.reader() || std::none_of(pieces_.begin(), pieces_.end(), ofSource)) return false;
  source.open(descriptor_->user(), source_, [this](const Outcome& failure) {
    failure ? finishSoon(failure) : sendRequests();
  });
  return true;
}

// Nothing was ever written here, except perhaps to the volume this one is a lazy clone of.
void Io::readHole(const Piece& piece) {
  uint8_t* const data = data_ + piece.bufferOffset;
  Descriptor* source = isSourcesHole(piece) ? volume().cloneSource().reader() : nullptr;
  if (!source) {
    std::memset(data, 0, piece.length);
    return;
  }
  const uint64_t offset = piece.chunkIndex * volume().geometry().chunkSize + piece.offset;
  sourceReads_.emplace_back().start(*source, false, offset, data, piece.length,
                                    [this](const Outcome& failure) {
                                      requestDone(failure ? failure->in(volume().cloneSource().path()) : failure);
                                    });
}

void Io::requestDone(const Outcome& failure) {
  if (failure) failure_ = failure;  // the last one counts
  if (--pending_ == 0) finish();
}

// The last thing to be done: `done` destroys this and all its requests.
void Io::finish() {
  const Done done = std::move(done_);
  const Outcome result = std::move(failure_);
  done(result);
}

// From the loop, where the caller of this may be start() or goes on afterwards.
void Io::finishSoon(const Outcome& outcome) {
  failure_ = outcome;
  timer_ = volume().loop().after(net::Micros(0), [this] {
    timer_ = {};
    finish();
  });
}

}  // namespace curve
