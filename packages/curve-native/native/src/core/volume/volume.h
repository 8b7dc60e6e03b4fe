// An open volume: everything one descriptor refers to.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "context.h"
#include "mds/mds_client.h"
#include "volume/copyset_map.h"
#include "volume/discard.h"
#include "volume/geometry.h"
#include "volume/lease.h"
#include "volume/request_window.h"
#include "volume/segment_map.h"
#include "volume/stability.h"
#include "volume/throttle.h"

namespace curve {

class Io;

class Volume {
 public:
  struct Opening {
    std::string path;
    mds::User user;
    bool exclusive = false;
    // What becomes of I/O when the volume is lost: it fails, or as in libcurve waits until the close.
    bool failWhenLost = false;
    wire::FileInfo info;
    Geometry geometry;
    // Set when reads of holes must look into the volume this one was cloned from.
    std::vector<uint64_t> cloneSegments;
    std::unique_ptr<Volume> cloneReader;
  };

  Volume(Context& context, std::unique_ptr<mds::MdsClient> mds, Opening opening);
  ~Volume();

  void startLease(const wire::ProtoSession& session);
  using Closed = std::function<void(const Outcome&)>;
  // Sends CloseFile. When the MDS agrees, waits for I/O in flight; the caller then destroys the volume. When it does
  // not, the volume stays usable, but without a lease.
  void close(Closed closed);
  // It is lost, and requests that are not on the wire fail.
  bool failsAll() const { return lost_ && failWhenLost_; }
  // The MDS has agreed to close it: no I/O may begin any more.
  bool isClosed() const { return closeAccepted_; }
  // How often CloseFile has been sent, while it is under way.
  uint64_t closeAttempts() const { return mds_->attempts(closeCall_); }

  const std::string& path() const { return path_; }
  const wire::FileInfo& info() const { return info_; }
  const Geometry& geometry() const { return geometry_; }
  bool exclusive() const { return exclusive_; }
  uint64_t fileId() const { return info_.id.value_or(0); }
  uint64_t sn() const { return info_.seqNum.value_or(0); }
  uint64_t epoch() const { return epoch_; }
  void setEpoch(uint64_t epoch) { epoch_ = epoch; }
  // As far as is known; that of info() is the one at open.
  uint64_t length() const { return length_; }
  void extended(uint64_t length) { length_ = std::max(length_, length); }

  bool isInCloneSource(uint64_t chunkIndex) const {
    return !cloneSegments_.empty() && cloneSegments_.count(geometry_.segmentOffset(chunkIndex)) != 0;
  }
  const std::string& cloneSource() const { return *info_.cloneSource; }
  Volume* cloneReader() { return cloneReader_.get(); }

  const Config& config() const { return context_.config; }
  net::Loop& loop() { return context_.loop; }
  Stats& stats() { return context_.stats; }
  net::Transport& transport() { return context_.transport; }
  CopysetMap& copysets() { return copysets_; }
  SegmentMap& segments() { return segments_; }
  RequestWindow& window() { return window_; }
  Stability& stability() { return stability_; }
  Throttle& throttle() { return throttle_; }
  Discard& discard() { return discard_; }

  // Those under way.
  std::list<Io*>& ios() { return ios_; }
  void ioEnded();

 private:
  void refreshed(Lease::Verdict verdict, const wire::FileInfo* info);
  void sendCloseFile();
  void closeAnswered(const Outcome& failure);
  void tellClosed(const Outcome& failure);

  Context& context_;
  const std::unique_ptr<mds::MdsClient> mds_;
  const std::string path_;
  const mds::User user_;
  const bool exclusive_;
  const bool failWhenLost_;
  wire::FileInfo info_;
  const Geometry geometry_;
  uint64_t epoch_;
  uint64_t length_;
  bool lost_ = false;
  const std::unordered_set<uint64_t> cloneSegments_;
  const std::unique_ptr<Volume> cloneReader_;

  CopysetMap copysets_;
  SegmentMap segments_;
  RequestWindow window_;
  Stability stability_;
  Throttle throttle_;
  Discard discard_;
  Lease lease_;
  std::list<Io*> ios_;
  // Whoever waits for the close under way.
  std::vector<Closed> closing_;
  mds::MdsClient::Token closeCall_ = 0;
  bool closeAccepted_ = false;
};

}  // namespace curve
