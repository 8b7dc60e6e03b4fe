// Calls about descriptors.
#include <algorithm>
#include <utility>

#include "client/client.h"
#include "version.h"

namespace curve {

namespace {
constexpr int kCloneMetaInstalled = 3;
// libcurve asks nobody at its end, so nobody expects to wait for long.
constexpr uint64_t kUninitMs = 1000;
}

Volume* Client::find(int64_t fd) {
  const auto it = volumes_.find(fd);
  return it == volumes_.end() ? nullptr : it->second.get();
}

void Client::open(Operation& op) {
  const Arguments& a = *op.command.arguments;
  if (a.user.owner.empty()) return fail(op, Failure::refused(libcurve::kEmptyOwner, "owner is empty"));
  if (context_.config.refreshTimesPerLease == 0) {
    return fail(op, Failure::refused(libcurve::kFailed, "mds.refreshTimesPerLease is 0"));
  }
  wire::OpenFileRequest request;
  request.fileName = a.path;
  request.owner = a.user.owner;
  request.clientVersion = kClientVersion;
  op.ownMds = std::make_unique<mds::MdsClient>(context_);
  op.mds = op.ownMds.get();
  op.token = op.mds->call<wire::OpenFileResponse>(
      wire::method::OpenFile, std::move(request), a.user,
      [this, id = op.command.id](const Outcome& failure, wire::OpenFileResponse& response) { opened(id, failure, response); });
}

void Client::opened(uint64_t id, const Outcome& failure, wire::OpenFileResponse& response) {
  Operation* op = operation(id);
  if (!op) return;
  if (failure || !response.protoSession || !response.fileInfo) {
    // libcurve gives no reason for a refused open.
    return fail(*op, failure.value_or(op->mds->incomplete(wire::method::OpenFile)).as(libcurve::kFailed));
  }
  Volume::Opening opening;
  opening.path = op->command.arguments->path;
  opening.user = op->command.arguments->user;
  opening.exclusive = op->command.arguments->exclusive;
  opening.failWhenLost = op->command.arguments->failWhenLost;
  opening.info = std::move(*response.fileInfo);
  if (!Geometry::from(opening.info, opening.geometry) || response.protoSession->leaseTime == 0) {
    return fail(*op, op->mds->incomplete(wire::method::OpenFile));
  }
  const wire::FileInfo& info = opening.info;
  const bool lazyClone = response.cloneSourceSegment && info.fileStatus.value_or(wire::FileStatus{0}) == kCloneMetaInstalled;
  if (lazyClone && info.cloneLength.value_or(0) != 0 && info.cloneSource) {
    opening.cloneSegments = response.cloneSourceSegment->allocatedSegmentOffset;
    return openCloneSource(id, std::move(opening), *response.protoSession);
  }
  addVolume(id, std::move(opening), *response.protoSession);
}

// The source of a lazy clone is read without a lease and by the plain chunk mapping, and stays open with the clone.
void Client::openCloneSource(uint64_t id, Volume::Opening opening, wire::ProtoSession session) {
  Operation* op = operation(id);
  auto box = std::make_shared<Volume::Opening>(std::move(opening));
  op->token = op->mds->call<wire::GetFileInfoResponse>(
      wire::method::GetFileInfo, wire::PathRequest{*box->info.cloneSource, box->user.owner, "", 0}, box->user,
      [this, id, box, session = std::move(session)](const Outcome& failure, wire::GetFileInfoResponse& response) {
        Operation* op = operation(id);
        if (!op) return;
        Volume::Opening source;
        source.path = *box->info.cloneSource;
        source.user = box->user;
        if (failure || !response.fileInfo || !Geometry::from(*response.fileInfo, source.geometry)) {
          Failure f = failure.value_or(op->mds->incomplete(wire::method::GetFileInfo)).as(libcurve::kFailed);
          f.message = "cannot open the clone source " + source.path + ": " + f.message;
          return fail(*op, f);
        }
        source.geometry.stripeUnit = source.geometry.stripeCount = 0;
        source.info = std::move(*response.fileInfo);
        box->cloneReader =
            std::make_unique<Volume>(context_, std::make_unique<mds::MdsClient>(context_), std::move(source));
        addVolume(id, std::move(*box), session);
      });
}

void Client::addVolume(uint64_t id, Volume::Opening opening, const wire::ProtoSession& session) {
  Operation* op = operation(id);
  op->mds = nullptr;
  const int64_t fd = nextFd_++;
  auto volume = std::make_unique<Volume>(context_, std::move(op->ownMds), std::move(opening));
  volume->startLease(session);
  volumes_[fd] = std::move(volume);
  Stats::add(context_.stats.openVolumes);
  Result result;
  result.number = static_cast<uint64_t>(fd);
  settle(id, std::move(result));
}

void Client::close(Operation& op) {
  const int64_t fd = op.command.fd;
  Volume* volume = find(fd);
  if (!volume) return fail(op, Failure::refused(libcurve::kFailed, "no open volume " + std::to_string(fd)));
  volume->close([this, fd, id = op.command.id](const Outcome& failure) {
    if (!failure && volumes_.erase(fd) > 0) Stats::sub(context_.stats.openVolumes);
    settle(id, Result{failure});
  });
}

void Client::statFd(Operation& op) {
  const Volume* volume = find(op.command.fd);
  if (!volume) {
    return fail(op, Failure::refused(libcurve::kFailed, "no open volume " + std::to_string(op.command.fd)));
  }
  Result result;
  result.answer = std::make_unique<Answer>();
  result.answer->files.push_back(volume->info());
  settle(op.command.id, std::move(result));
}

void Client::transfer(Operation& op) {
  const Command& c = op.command;
  const bool write = c.op == Op::write;
  if (c.length == 0) return settle(c.id, Result{});
  Volume* volume = find(c.fd);
  if (!volume || volume->isClosed()) {
    return fail(op, Failure::refused(libcurve::kBadFd, "no open volume " + std::to_string(c.fd)));
  }
  if (!volume->geometry().aligned(c.offset, c.length)) {
    return fail(op, Failure::refused(libcurve::kNotAligned,
                                      "offset and length must be multiples of " +
                                          std::to_string(volume->geometry().blockSize)));
  }
  // Beyond the largest volume there can be, the arithmetic of addresses need not hold either.
  if (c.offset > INT64_MAX / 2) return fail(op, Failure::refused(libcurve::kFailed, "offset out of range"));
  op.io.start(*volume, write, c.offset, c.data, c.length, [this, id = c.id](const Outcome& failure) {
    Operation* op = operation(id);
    const bool write = op->command.op == Op::write;
    Result result{failure};
    if (!failure) {
      result.number = op->command.length;
      Stats::add(write ? context_.stats.writes : context_.stats.reads);
      Stats::add(write ? context_.stats.bytesWritten : context_.stats.bytesRead, op->command.length);
    }
    context_.stats.recordLatency(std::chrono::duration_cast<net::Micros>(context_.loop.now() - op->start));
    settle(id, std::move(result));
  });
}

void Client::discard(Operation& op) {
  const Command& c = op.command;
  Volume* volume = find(c.fd);
  if (!volume) return fail(op, Failure::refused(libcurve::kBadFd, "no open volume " + std::to_string(c.fd)));
  // Ranges are not checked against the volume; only what could not be one is left alone.
  const uint64_t end = volume->length();
  if (c.offset < end) volume->discard().mark(c.offset, std::min(c.length, end - c.offset));
  settle(c.id, Result{});
}

// Whatever the MDS answers, or does not: a mount record that is left there expires.
void Client::uninit(Operation& op) {
  const bool begun = std::exchange(ended_, true);
  if (!begun) abortAll(Failure::canceled());
  if (volumes_.empty()) return finishUninit();
  const std::chrono::milliseconds patience(op.command.deadlineMs > 0 ? op.command.deadlineMs : kUninitMs);
  op.deadline = context_.loop.after(patience, [this] { finishUninit(); });
  if (begun) return;
  auto left = std::make_shared<size_t>(volumes_.size());
  for (auto& [fd, volume] : volumes_) {
    volume->close([this, left](const Outcome&) {
      // Deferred: on failure a volume's own call is telling us.
      if (--*left == 0) context_.loop.defer([this] { finishUninit(); });
    });
  }
}

void Client::finishUninit() {
  Stats::sub(context_.stats.openVolumes, volumes_.size());
  volumes_.clear();
  std::vector<uint64_t> ids;
  for (const auto& [id, op] : operations_) {
    if (op.command.op == Op::uninit) ids.push_back(id);
  }
  for (const uint64_t id : ids) settle(id, Result{});
}

}  // namespace curve
