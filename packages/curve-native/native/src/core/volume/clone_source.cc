#include "volume/clone_source.h"

#include <utility>

#include "volume/descriptor.h"
#include "volume/io.h"

namespace curve {

CloneSource::CloneSource(Context& context, mds::MdsClient& mds) : context_(context), mds_(mds) {}

CloneSource::~CloneSource() { mds_.cancel(asking_); }

void CloneSource::take(const std::string& path, const std::vector<uint64_t>& segments) {
  segments_ = {segments.begin(), segments.end()};
  // It stays open once it was: reads of it may be under way.
  if (!reader_) path_ = path;
}

void CloneSource::open(const mds::User& user, Waiter& waiter, Opened opened) {
  waiter.opened_ = std::move(opened);
  waiters_.pushBack(waiter);
  if (asking_ != 0) return;
  asking_ = mds_.call<wire::GetFileInfoResponse>(
      wire::method::GetFileInfo, wire::PathRequest{path_, user.owner, "", 0}, user,
      [this, user](const Outcome& failure, wire::GetFileInfoResponse& response) { answered(user, failure, response); });
}

// It is read without a lease and by the plain chunk mapping.
void CloneSource::answered(const mds::User& user, const Outcome& failure, wire::GetFileInfoResponse& response) {
  asking_ = 0;
  Outcome outcome;
  Volume::Opening source;
  source.path = path_;
  if (failure || !response.fileInfo || !Geometry::from(*response.fileInfo, source.geometry)) {
    outcome = failure.value_or(mds_.incomplete(wire::method::GetFileInfo)).as(libcurve::kFailed).in(path_);
  } else {
    source.geometry.stripeUnit = source.geometry.stripeCount = 0;
    source.info = std::move(*response.fileInfo);
    auto volume = std::make_shared<Volume>(context_, std::make_unique<mds::MdsClient>(context_), std::move(source));
    reader_ = std::make_unique<Descriptor>(context_, std::move(volume), Descriptor::Opening{user, false, false, {}});
  }
  while (!waiters_.empty()) {
    Waiter& waiter = waiters_.front();
    waiter.leave();
    const Opened opened = std::move(waiter.opened_);
    opened(outcome);
  }
}

}  // namespace curve
