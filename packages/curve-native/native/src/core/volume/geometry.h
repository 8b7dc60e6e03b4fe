// Where the bytes of a volume lie.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "wire/messages.h"

namespace curve {

struct Geometry {
  uint64_t chunkSize = 4u << 20;
  uint64_t segmentSize = 1u << 30;
  uint64_t stripeUnit = 0;
  uint64_t stripeCount = 0;
  uint64_t blockSize = 4096;

  // False when the MDS's numbers cannot describe a volume.
  static bool from(const wire::FileInfo& info, Geometry& geometry);

  bool operator==(const Geometry& other) const {
    return chunkSize == other.chunkSize && segmentSize == other.segmentSize && stripeUnit == other.stripeUnit &&
           stripeCount == other.stripeCount && blockSize == other.blockSize;
  }
  bool striped() const { return stripeUnit != 0 && stripeCount > 1; }
  uint64_t segmentOffset(uint64_t chunkIndex) const { return chunkIndex * chunkSize / segmentSize * segmentSize; }
  bool aligned(uint64_t offset, uint64_t length) const { return offset % blockSize == 0 && length % blockSize == 0; }
};

// A range inside one chunk, and where in the caller's buffer it begins.
struct Piece {
  uint64_t chunkIndex;
  uint64_t offset;
  uint64_t length;
  uint64_t bufferOffset;
};

// Appends the pieces of a range.
void split(const Geometry& geometry, uint64_t offset, uint64_t length, std::vector<Piece>& pieces);

}  // namespace curve
