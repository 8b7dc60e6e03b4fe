#include "volume/discard.h"

#include <algorithm>

namespace curve {

Discard::~Discard() {
  for (auto& [offset, segment] : pending_) context_.loop.cancel(segment.timer);
}

void Discard::mark(uint64_t offset, uint64_t length) {
  if (!context_.config.discardEnabled || length < context_.config.discardGranularity) return;
  std::vector<Piece> pieces;
  // By the segment: all pieces of a large striped volume would not fit into memory.
  for (uint64_t at = offset, next; at < offset + length; at = next) {
    next = std::min(at - at % geometry_.segmentSize + geometry_.segmentSize, offset + length);
    pieces.clear();
    split(geometry_, at, next - at, pieces);
    for (const Piece& piece : pieces) markPiece(piece);
  }
}

void Discard::markPiece(const Piece& piece) {
  const uint64_t granularity = context_.config.discardGranularity;
  const uint64_t segmentOffset = geometry_.segmentOffset(piece.chunkIndex);
  const uint64_t begin = piece.chunkIndex * geometry_.chunkSize + piece.offset - segmentOffset;
  // Only granules that lie wholly inside; a segment's tail shorter than a granule is never marked.
  const uint64_t first = (begin + granularity - 1) / granularity;
  const uint64_t last = (begin + piece.length) / granularity;
  Segment& segment = pending_[segmentOffset];
  if (segment.granules.empty()) segment.granules.resize(std::max<uint64_t>(1, geometry_.segmentSize / granularity));
  for (uint64_t i = first; i < last && i < segment.granules.size(); i++) {
    if (!segment.granules[i]) segment.marked++;
    segment.granules[i] = true;
  }
  if (segment.marked == segment.granules.size() && segment.timer.second == 0) {
    segment.timer = context_.loop.after(std::chrono::milliseconds(context_.config.discardTaskDelayMs),
                                        [this, segmentOffset] { expire(segmentOffset); });
  }
}

void Discard::touched(const std::vector<Piece>& pieces) {
  if (pending_.empty()) return;
  const uint64_t granularity = context_.config.discardGranularity;
  for (const Piece& piece : pieces) {
    const uint64_t segmentOffset = geometry_.segmentOffset(piece.chunkIndex);
    const auto it = pending_.find(segmentOffset);
    if (it == pending_.end()) continue;
    Segment& segment = it->second;
    const uint64_t begin = piece.chunkIndex * geometry_.chunkSize + piece.offset - segmentOffset;
    const uint64_t last = (begin + piece.length - 1) / granularity;
    for (uint64_t i = begin / granularity; i <= last && i < segment.granules.size(); i++) {
      if (segment.granules[i]) segment.marked--;
      segment.granules[i] = false;
    }
  }
}

void Discard::expire(uint64_t segmentOffset) {
  Segment& segment = pending_[segmentOffset];
  segment.timer = {};
  if (segment.marked != segment.granules.size()) return;
  pending_.erase(segmentOffset);
  segments_.deallocate(segmentOffset);
}

}  // namespace curve
