#include "volume/volume.h"

#include <algorithm>
#include <utility>

#include "volume/io.h"

namespace curve {

Volume::Volume(Context& context, std::unique_ptr<mds::MdsClient> mds, Opening opening)
    : context_(context),
      mds_(std::move(mds)),
      path_(std::move(opening.path)),
      user_(std::move(opening.user)),
      exclusive_(opening.exclusive),
      failWhenLost_(opening.failWhenLost),
      info_(std::move(opening.info)),
      geometry_(opening.geometry),
      epoch_(info_.epoch.value_or(0)),
      length_(info_.length.value_or(0)),
      cloneSegments_(opening.cloneSegments.begin(), opening.cloneSegments.end()),
      cloneReader_(std::move(opening.cloneReader)),
      copysets_(context, *mds_),
      segments_(context, *mds_, copysets_, geometry_, {path_, user_, epoch_}),
      window_(context.config.maxInFlightRpc),
      stability_(context, *mds_, copysets_),
      throttle_(context.config.throttleEnabled),
      discard_(context, segments_, geometry_),
      lease_(context, *mds_, path_, user_, fileId()) {
  throttle_.update(info_.throttleParams);
}

Volume::~Volume() = default;

void Volume::startLease(const wire::ProtoSession& session) {
  const net::Micros interval(session.leaseTime / context_.config.refreshTimesPerLease);
  lease_.start(session.sessionId, std::max(interval, net::Micros(1000)),
               [this](Lease::Verdict verdict, const wire::FileInfo* info) { refreshed(verdict, info); });
}

void Volume::refreshed(Lease::Verdict verdict, const wire::FileInfo* info) {
  if (verdict == Lease::Verdict::refused) return window_.setBlocked(true);
  if (verdict == Lease::Verdict::lost) {
    lost_ = true;
    // What waits there either fails now, or waits with all that comes.
    return window_.setBlocked(!failWhenLost_);
  }
  if (verdict != Lease::Verdict::valid) return;
  // The length in info_ stays what it was at open, as in libcurve; the MDS guards the end of the volume.
  extended(info->length.value_or(0));
  if (info->seqNum.value_or(0) > sn()) info_.seqNum = info->seqNum;
  info_.fileStatus = info->fileStatus;
  throttle_.update(info->throttleParams);
  window_.setBlocked(false);
}

void Volume::close(Closed closed) {
  closing_.push_back(std::move(closed));
  if (closing_.size() > 1) return;
  lease_.stop([this] { sendCloseFile(); });
}

void Volume::sendCloseFile() {
  wire::CloseFileRequest request;
  request.fileName = path_;
  request.owner = user_.owner;
  if (context_.registration.port != 0) {
    request.clientIp = context_.registration.ip;
    request.clientPort = context_.registration.port;
  }
  closeCall_ = mds_->call<wire::StatusResponse>(
      wire::method::CloseFile, std::move(request), user_,
      [this](const Outcome& failure, wire::StatusResponse&) { closeAnswered(failure); });
}

void Volume::closeAnswered(const Outcome& failure) {
  if (failure && !failure->is(mds::kSessionNotExist)) return tellClosed(failure->as(libcurve::kFailed));
  closeAccepted_ = true;
  if (window_.blocked()) {
    // These would wait for ever.
    const std::vector<Io*> waiting(ios_.begin(), ios_.end());
    for (Io* io : waiting) io->abandon(Failure::refused(libcurve::kFailed, path_ + " was closed"));
  }
  // Told from the loop, because a listener destroys us.
  if (ios_.empty()) context_.loop.defer([this] { tellClosed(std::nullopt); });
}

void Volume::tellClosed(const Outcome& failure) {
  const std::vector<Closed> listeners = std::exchange(closing_, {});
  for (const Closed& closed : listeners) closed(failure);
}

void Volume::ioEnded() {
  if (ios_.empty() && closeAccepted_) context_.loop.defer([this] { tellClosed(std::nullopt); });
}

}  // namespace curve
