#include "volume/descriptor.h"

#include <algorithm>
#include <utility>

#include "volume/io.h"

namespace curve {

Descriptor::Descriptor(Context& context, std::shared_ptr<Volume> volume, Opening opening)
    : context_(context),
      volume_(std::move(volume)),
      user_(std::move(opening.user)),
      exclusive_(opening.exclusive),
      failWhenLost_(opening.failWhenLost),
      info_(std::move(opening.info)),
      window_(context.config.maxInFlightRpc),
      lease_(context, *volume_, user_) {
  volume_->join(*this);
}

Descriptor::~Descriptor() { volume_->leave(*this); }

wire::FileInfo Descriptor::info() const {
  wire::FileInfo info = info_;
  info.seqNum = volume_->sn();
  info.fileStatus = volume_->status();
  return info;
}

void Descriptor::startLease(const wire::ProtoSession& session) {
  const net::Micros interval(session.leaseTime / context_.config.refreshTimesPerLease);
  lease_.start(session.sessionId, std::max(interval, net::Micros(1000)),
               [this](Lease::Verdict verdict, const wire::FileInfo* info) { refreshed(verdict, info); });
}

void Descriptor::refreshed(Lease::Verdict verdict, const wire::FileInfo* info) {
  switch (verdict) {
    case Lease::Verdict::unknown:
      return;
    // Of this user, and so nobody else's concern.
    case Lease::Verdict::refused:
      return window_.setBlocked(true);
    case Lease::Verdict::lost:
      return volume_->lose();
    case Lease::Verdict::valid:
      if (volume_->isLost()) return;
      volume_->refreshed(*info);
      return window_.setBlocked(false);
  }
}

void Descriptor::volumeLost() {
  lease_.end();
  // What waits there either fails now, or waits with all that comes.
  window_.setBlocked(!failWhenLost_);
}

void Descriptor::close(Closed closed) {
  closing_.push_back(std::move(closed));
  if (closing_.size() > 1) return;
  lease_.stop([this] { sendCloseFile(); });
}

void Descriptor::sendCloseFile() {
  wire::CloseFileRequest request;
  request.fileName = volume_->path();
  request.owner = user_.owner;
  if (context_.registration.port != 0) {
    request.clientIp = context_.registration.ip;
    request.clientPort = context_.registration.port;
  }
  closeCall_ = volume_->mds().call<wire::StatusResponse>(
      wire::method::CloseFile, std::move(request), user_,
      [this](const Outcome& failure, wire::StatusResponse&) { closeAnswered(failure); });
}

void Descriptor::closeAnswered(const Outcome& failure) {
  // Whether it was refused or not: the MDS has one mount record for all descriptors of this client.
  volume_->renewLeases(*this);
  if (failure && !failure->is(mds::kSessionNotExist)) return tellClosed(failure->as(libcurve::kFailed));
  closeAccepted_ = true;
  volume_->closed();
  if (window_.blocked()) {
    // These would wait for ever.
    const std::vector<Io*> waiting(ios_.begin(), ios_.end());
    for (Io* io : waiting) io->abandon(Failure::refused(libcurve::kFailed, volume_->path() + " was closed"));
  }
  finishClose();
}

void Descriptor::finishClose() {
  if (!closeAccepted_ || finishing_ || !ios_.empty() || volume_->mustAwait(*this)) return;
  finishing_ = true;
  // Told from the loop, because a listener destroys us.
  context_.loop.defer([this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) tellClosed(std::nullopt);
  });
}

void Descriptor::tellClosed(const Outcome& failure) {
  const std::vector<Closed> listeners = std::exchange(closing_, {});
  for (const Closed& closed : listeners) closed(failure);
}

}  // namespace curve
