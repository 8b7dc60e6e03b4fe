// Remembers discarded ranges, and gives a segment back to the MDS when nothing of it is needed any more. A discard is a
// hint: where remembering would cost too much it may be forgotten, but nothing is given back that was touched since.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "context.h"
#include "volume/interval_set.h"
#include "volume/segment_map.h"

namespace curve {

class Discard {
 public:
  struct Volume {
    // Whether I/O is under way in a segment.
    std::function<bool(uint64_t segmentOffset)> isBusy;
    // Told when nothing is being given back any more.
    std::function<void()> idle;
  };

  Discard(Context& context, SegmentMap& segments, const Geometry& geometry, Volume volume)
      : context_(context), segments_(segments), geometry_(geometry), volume_(std::move(volume)) {}
  ~Discard();

  // `exclusive`: nobody else has the volume open, so that what is known to be unallocated stays so.
  void mark(uint64_t offset, uint64_t length, const mds::User& by, bool exclusive);
  // A read or write of these pieces begins: they are needed after all.
  void touched(const std::vector<Piece>& pieces);
  // Gives back no more than what is already on its way.
  void clear();
  bool isGivingBack() const { return underWay_ > 0; }

 private:
  // Segments, by number, that were discarded whole at the same time.
  struct Due {
    net::Clock::time_point when;
    uint64_t first, end;
    mds::User by;
    bool exclusive;
    // How many of them can be allocated, where that is known.
    std::optional<uint64_t> allocated;
  };

  uint64_t granulesPerSegment() const;
  void markAddresses(uint64_t begin, uint64_t end, const mds::User& by, bool exclusive);
  // The first segment from `first` on that is discarded whole, or `end`.
  uint64_t nextWhole(uint64_t first, uint64_t end) const;
  void schedule(Due due);
  void giveBack();
  // Asks the MDS how many segments there are to be given back at all, where most may not be allocated.
  void count();
  void ended(bool taken);

  Context& context_;
  SegmentMap& segments_;
  const Geometry& geometry_;
  const Volume volume_;
  // Granules that are discarded, numbered through all segments.
  IntervalSet discarded_;
  // What waits in due_.
  IntervalSet scheduled_;
  std::deque<Due> due_;
  size_t underWay_ = 0;
  bool counting_ = false;
  net::Loop::Timer timer_{};
};

}  // namespace curve
