#include "volume/geometry.h"

#include <algorithm>

namespace curve {

bool Geometry::from(const wire::FileInfo& info, Geometry& g) {
  g = {};
  g.chunkSize = info.chunkSize.value_or(static_cast<uint32_t>(g.chunkSize));
  g.segmentSize = info.segmentSize.value_or(static_cast<uint32_t>(g.segmentSize));
  g.stripeUnit = info.stripeUnit.value_or(0);
  g.stripeCount = info.stripeCount.value_or(0);
  g.blockSize = info.blocksize.value_or(4096);
  // These divide; a reply with nonsense in it must not bring the process down.
  const bool chunksFit = g.chunkSize > 0 && g.segmentSize >= g.chunkSize && g.segmentSize % g.chunkSize == 0;
  // Chunkservers take no smaller pieces than these.
  const uint64_t grain = std::max<uint64_t>(4096, g.blockSize);
  const bool stripesFit = !g.striped() || (g.stripeUnit % grain == 0 && g.chunkSize % g.stripeUnit == 0 &&
                                           g.chunkSize % g.stripeCount == 0);
  return chunksFit && stripesFit && g.blockSize > 0;
}

void split(const Geometry& g, uint64_t offset, uint64_t length, std::vector<Piece>& pieces) {
  uint64_t done = 0;
  while (done < length) {
    const uint64_t at = offset + done;
    Piece piece{at / g.chunkSize, at % g.chunkSize, 0, done};
    uint64_t room = g.chunkSize - piece.offset;
    if (g.striped()) {
      const uint64_t block = at / g.stripeUnit;
      const uint64_t stripe = block / g.stripeCount;
      const uint64_t stripesPerChunk = g.chunkSize / g.stripeUnit;
      const uint64_t inUnit = at % g.stripeUnit;
      piece.chunkIndex = stripe / stripesPerChunk * g.stripeCount + block % g.stripeCount;
      piece.offset = stripe % stripesPerChunk * g.stripeUnit + inUnit;
      room = g.stripeUnit - inUnit;
    }
    piece.length = std::min(room, length - done);
    pieces.push_back(piece);
    done += piece.length;
  }
}

}  // namespace curve
