// Remembers discarded ranges, and gives a segment back to the MDS when nothing of it is needed any more.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "context.h"
#include "volume/segment_map.h"

namespace curve {

class Discard {
 public:
  Discard(Context& context, SegmentMap& segments, const Geometry& geometry)
      : context_(context), segments_(segments), geometry_(geometry) {}
  ~Discard();

  void mark(uint64_t offset, uint64_t length);
  // A read or write of these pieces begins: they are needed after all.
  void touched(const std::vector<Piece>& pieces);

 private:
  struct Segment {
    std::vector<bool> granules;
    uint64_t marked = 0;
    net::Loop::Timer timer{};
  };

  void markPiece(const Piece& piece);
  void expire(uint64_t segmentOffset);

  Context& context_;
  SegmentMap& segments_;
  const Geometry& geometry_;
  std::map<uint64_t, Segment> pending_;  // by segment offset
};

}  // namespace curve
