// A volume that is open: what a client knows of one inode, whoever opened it, by whatever path and how often. What one
// opener does so changes what the others do: a segment that one gives back is not written to by another.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "context.h"
#include "mds/mds_client.h"
#include "volume/clone_source.h"
#include "volume/copyset_map.h"
#include "volume/discard.h"
#include "volume/geometry.h"
#include "volume/late_writes.h"
#include "volume/segment_map.h"
#include "volume/stability.h"
#include "volume/throttle_clock.h"
#include "volume/write_holds.h"

namespace curve {

class Descriptor;

class Volume {
 public:
  struct Opening {
    std::string path;
    wire::FileInfo info;
    Geometry geometry;
    // Set when reads of holes must look into the volume this one was cloned from.
    std::vector<uint64_t> cloneSegments;
  };

  Volume(Context& context, std::unique_ptr<mds::MdsClient> mds, Opening opening);
  ~Volume();

  // It was opened once more, under what may be another path by now.
  void reopened(Opening opening);
  // What a lease has learnt.
  void refreshed(const wire::FileInfo& info);
  // Its path has become another's, or nobody's. It is this volume no more that is asked for by path.
  void lose();
  bool isLost() const { return lost_; }
  // A descriptor was closed; if it was the last, nothing more is given back.
  void closed();

  void join(Descriptor& descriptor) { descriptors_.push_back(&descriptor); }
  void leave(Descriptor& descriptor);
  const std::vector<Descriptor*>& descriptors() const { return descriptors_; }
  void renewLeases(const Descriptor& except);
  // A descriptor that is the last may not go while a segment is being given back, or a write may still be done that was
  // given up: whoever opens the volume next would not know of it.
  bool mustAwait(const Descriptor& descriptor) const;

  // Where it is, as far as is known.
  const std::string& path() const { return path_; }
  void moved(const std::string& path) { path_ = path; }
  const Geometry& geometry() const { return geometry_; }
  uint64_t fileId() const { return fileId_; }
  uint64_t sn() const { return sn_; }
  std::optional<wire::FileStatus> status() const { return status_; }
  uint64_t epoch() const { return epoch_; }
  void raiseEpoch(uint64_t epoch) { epoch_ = std::max(epoch_, epoch); }
  // Whether a refusal of this epoch may be this client's own doing, and pass: it is raising the epoch, or has since.
  bool isRaising(uint64_t refused) const { return raising_ > 0 || refused < epoch_; }
  // Bytes, as far as is known.
  uint64_t length() const { return length_; }
  void extended(uint64_t length) { length_ = std::max(length_, length); }

  bool isLazyClone() const { return cloneSource_.isNeeded(); }
  // What is not allocated there may be elsewhere, and be allocated by others: by the flatten of this volume.
  bool isInCloneSource(uint64_t chunkIndex) const {
    return isLazyClone() && cloneSource_.has(geometry_.segmentOffset(chunkIndex));
  }
  CloneSource& cloneSource() { return cloneSource_; }

  const Config& config() const { return context_.config; }
  net::Loop& loop() { return context_.loop; }
  Stats& stats() { return context_.stats; }
  Waits& waits() { return context_.waits; }
  net::Transport& transport() { return context_.transport; }
  mds::MdsClient& mds() { return *mds_; }
  CopysetMap& copysets() { return copysets_; }
  SegmentMap& segments() { return segments_; }
  Stability& stability() { return stability_; }
  Throttle& throttle() { return throttle_; }
  ThrottleClock& throttleClock() { return throttleClock_; }
  Discard& discard() { return discard_; }
  LateWrites& lateWrites() { return lateWrites_; }
  WriteHolds& holds() { return holds_; }

 private:
  friend class EpochRaise;
  void takeClone(const Opening& opening);
  void tellIdle();
  // Whether I/O of any descriptor is under way in a segment.
  bool isBusy(uint64_t segmentOffset) const;

  Context& context_;
  const std::unique_ptr<mds::MdsClient> mds_;
  std::string path_;
  const Geometry geometry_;
  const uint64_t fileId_;
  uint64_t sn_ = 0;
  std::optional<wire::FileStatus> status_;
  uint64_t epoch_ = 0;
  size_t raising_ = 0;
  uint64_t length_ = 0;
  bool lost_ = false;
  std::vector<Descriptor*> descriptors_;

  CloneSource cloneSource_;

  CopysetMap copysets_;
  SegmentMap segments_;
  Stability stability_;
  Throttle throttle_;
  ThrottleClock throttleClock_;
  Discard discard_;
  LateWrites lateWrites_;
  WriteHolds holds_;
};

// A call that raises the epoch of a volume, for as long as it is under way.
class EpochRaise {
 public:
  explicit EpochRaise(std::shared_ptr<Volume> volume) : volume_(std::move(volume)) { volume_->raising_++; }
  ~EpochRaise() { volume_->raising_--; }
  EpochRaise(const EpochRaise&) = delete;
  EpochRaise& operator=(const EpochRaise&) = delete;

 private:
  const std::shared_ptr<Volume> volume_;
};

}  // namespace curve
