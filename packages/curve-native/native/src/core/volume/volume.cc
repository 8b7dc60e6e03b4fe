#include "volume/volume.h"

#include <utility>

#include "volume/descriptor.h"
#include "volume/io.h"

namespace curve {

Volume::Volume(Context& context, std::unique_ptr<mds::MdsClient> mds, Opening opening)
    : context_(context),
      mds_(std::move(mds)),
      path_(std::move(opening.path)),
      geometry_(opening.geometry),
      fileId_(opening.info.id.value_or(0)),
      cloneSource_(context, *mds_),
      copysets_(context, *mds_),
      segments_(context, *mds_, copysets_, geometry_, {path_, epoch_, raising_}),
      stability_(context, *mds_, copysets_),
      throttle_(context.config.throttleEnabled),
      throttleClock_(context.loop, throttle_),
      discard_(context, segments_, geometry_, {[this](uint64_t segment) { return isBusy(segment); },
                                               [this] { tellIdle(); }}),
      lateWrites_(context.loop, std::chrono::milliseconds(context.config.chunkMaxRpcTimeoutMs),
                  std::chrono::milliseconds(context.config.chunkRpcTimeoutMs), [this] { tellIdle(); }) {
  refreshed(opening.info);
  raiseEpoch(opening.info.epoch.value_or(0));
  takeClone(opening);
}

Volume::~Volume() = default;

void Volume::reopened(Opening opening) {
  path_ = std::move(opening.path);
  refreshed(opening.info);
  raiseEpoch(opening.info.epoch.value_or(0));
  // A new opener sees what others have allocated until now.
  segments_.forgetAbsent();
  takeClone(opening);
}

void Volume::takeClone(const Opening& opening) {
  cloneSource_.take(opening.info.cloneSource.value_or(""), opening.cloneSegments);
}

void Volume::refreshed(const wire::FileInfo& info) {
  extended(info.length.value_or(0));
  sn_ = std::max(sn_, info.seqNum.value_or(0));
  if (info.fileStatus) status_ = info.fileStatus;
  if (isLazyClone() && status_ != wire::kCloneMetaInstalled) {
    // It has been flattened: all that the source had is its own now, and the source may go.
    cloneSource_.end();
    segments_.forgetAbsent();
  }
  throttle_.update(info.throttleParams);
}

void Volume::lose() {
  if (lost_) return;
  lost_ = true;
  discard_.clear();
  for (Descriptor* descriptor : descriptors_) descriptor->volumeLost();
}

void Volume::closed() {
  const bool all = std::all_of(descriptors_.begin(), descriptors_.end(), [](const Descriptor* d) { return d->isClosed(); });
  if (all) discard_.clear();
}

void Volume::leave(Descriptor& descriptor) {
  descriptors_.erase(std::remove(descriptors_.begin(), descriptors_.end(), &descriptor), descriptors_.end());
}

void Volume::renewLeases(const Descriptor& except) {
  for (Descriptor* descriptor : descriptors_) {
    if (descriptor != &except) descriptor->renewLease();
  }
}

void Volume::tellIdle() {
  for (Descriptor* descriptor : descriptors_) descriptor->volumeIdle();
}

bool Volume::mustAwait(const Descriptor& descriptor) const {
  if (!discard_.isGivingBack() && lateWrites_.empty()) return false;
  return std::all_of(descriptors_.begin(), descriptors_.end(),
                     [&](const Descriptor* other) { return other == &descriptor || other->isClosed(); });
}

bool Volume::isBusy(uint64_t segmentOffset) const {
  for (const Descriptor* descriptor : descriptors_) {
    for (const Io* io : descriptor->ios()) {
      if (io->touches(segmentOffset)) return true;
    }
  }
  return false;
}

}  // namespace curve
