#include "volume/lease.h"

#include <utility>

#include "version.h"
#include "volume/volume.h"

namespace curve {

Lease::~Lease() { context_.loop.cancel(timer_); }

void Lease::start(std::string sessionId, net::Micros interval, Refreshed refreshed) {
  sessionId_ = std::move(sessionId);
  interval_ = interval;
  refreshed_ = std::move(refreshed);
  refresh();
}

void Lease::stop(std::function<void()> stopped) {
  context_.loop.cancel(timer_);
  stopping_ = true;
  if (!underWay_) return stopped();
  stopped_ = std::move(stopped);
}

void Lease::renew() {
  if (stopping_ || ended_ || !refreshed_) return;
  renewing_ = underWay_;
  if (underWay_) return;
  context_.loop.cancel(timer_);
  refresh();
}

void Lease::end() {
  context_.loop.cancel(timer_);
  ended_ = true;
}

void Lease::refresh() {
  timer_ = {};
  underWay_ = true;
  renewing_ = false;
  wire::RefreshSessionRequest request;
  request.fileName = volume_.path();
  request.sessionId = sessionId_;
  request.owner = user_.owner;
  request.clientVersion = kClientVersion;
  if (context_.registration.port != 0) {
    request.clientIp = context_.registration.ip;
    request.clientPort = context_.registration.port;
  }
  volume_.mds().call<wire::RefreshSessionResponse>(
      wire::method::RefreshSession, std::move(request), user_,
      [this, path = volume_.path()](const Outcome& failure, wire::RefreshSessionResponse& response) {
        underWay_ = false;
        // What became of its former path says nothing of a volume that has moved.
        const Verdict verdict = path == volume_.path() ? judge(failure, response) : Verdict::unknown;
        refreshed_(verdict, response.fileInfo ? &*response.fileInfo : nullptr);
        if (stopping_) {
          // May destroy this.
          if (const auto stopped = std::move(stopped_)) stopped();
          return;
        }
        if (ended_ || verdict == Verdict::lost) return;
        timer_ = context_.loop.after(renewing_ ? net::Micros(0) : interval_, [this] { refresh(); });
      });
}

Lease::Verdict Lease::judge(const Outcome& failure, const wire::RefreshSessionResponse& response) const {
  if (failure) {
    if (failure->is(mds::kOwnerAuthFail)) return Verdict::refused;
    const bool lost = failure->is(mds::kFileNotExists) || failure->is(mds::kSessionNotExist);
    return lost ? Verdict::lost : Verdict::unknown;
  }
  if (!response.fileInfo) return Verdict::unknown;
  return response.fileInfo->id.value_or(0) == volume_.fileId() ? Verdict::valid : Verdict::lost;
}

}  // namespace curve
