// Calls about descriptors.
#include <algorithm>
#include <utility>

#include "client/client.h"
#include "version.h"

namespace curve {

namespace {
// libcurve asks nobody at its end, so nobody expects to wait for long.
constexpr uint64_t kUninitMs = 1000;
}

Descriptor* Client::find(int64_t fd) {
  const auto it = descriptors_.find(fd);
  return it == descriptors_.end() ? nullptr : it->second.get();
}

std::shared_ptr<Volume> Client::volumeById(uint64_t fileId) {
  const auto it = volumes_.find(fileId);
  auto volume = it == volumes_.end() ? nullptr : it->second.lock();
  return volume && !volume->isLost() ? volume : nullptr;
}

std::shared_ptr<Volume> Client::volumeAt(const std::string& path) {
  for (const auto& [id, entry] : volumes_) {
    const auto volume = entry.lock();
    if (volume && !volume->isLost() && volume->path() == path) return volume;
  }
  return nullptr;
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
  opening.info = std::move(*response.fileInfo);
  if (!Geometry::from(opening.info, opening.geometry) || response.protoSession->leaseTime == 0) {
    return fail(*op, op->mds->incomplete(wire::method::OpenFile));
  }
  const wire::FileInfo& info = opening.info;
  const bool lazyClone = response.cloneSourceSegment && info.fileStatus == wire::kCloneMetaInstalled;
  if (lazyClone && info.cloneLength.value_or(0) != 0 && info.cloneSource) {
    opening.cloneSegments = response.cloneSourceSegment->allocatedSegmentOffset;
  }
  addDescriptor(id, std::move(opening), *response.protoSession);
}

// All that have an inode open share what is known of it.
std::shared_ptr<Volume> Client::volumeOf(Operation& op, Volume::Opening opening) {
  const uint64_t fileId = opening.info.id.value_or(0);
  if (auto open = volumeById(fileId); open && open->geometry() == opening.geometry) {
    open->reopened(std::move(opening));
    return open;
  }
  auto volume = std::make_shared<Volume>(context_, std::move(op.ownMds), std::move(opening));
  for (auto it = volumes_.begin(); it != volumes_.end();) it = it->second.expired() ? volumes_.erase(it) : std::next(it);
  volumes_[fileId] = volume;
  return volume;
}

void Client::addDescriptor(uint64_t id, Volume::Opening opening, const wire::ProtoSession& session) {
  Operation* op = operation(id);
  op->mds = nullptr;
  const Arguments& a = *op->command.arguments;
  const int64_t fd = nextFd_++;
  Descriptor::Opening asked{a.user, a.exclusive, a.failWhenLost, opening.info};
  auto descriptor = std::make_unique<Descriptor>(context_, volumeOf(*op, std::move(opening)), std::move(asked));
  descriptor->startLease(session);
  descriptors_[fd] = std::move(descriptor);
  Stats::add(context_.stats.openVolumes);
  Result result;
  result.number = static_cast<uint64_t>(fd);
  settle(id, std::move(result));
}

void Client::close(Operation& op) {
  const int64_t fd = op.command.fd;
  Descriptor* descriptor = find(fd);
  if (!descriptor) return fail(op, Failure::refused(libcurve::kFailed, "no open volume " + std::to_string(fd)));
  descriptor->close([this, fd, id = op.command.id](const Outcome& failure) {
    if (!failure && descriptors_.erase(fd) > 0) Stats::sub(context_.stats.openVolumes);
    settle(id, Result{failure});
  });
}

void Client::statFd(Operation& op) {
  const Descriptor* descriptor = find(op.command.fd);
  if (!descriptor) {
    return fail(op, Failure::refused(libcurve::kFailed, "no open volume " + std::to_string(op.command.fd)));
  }
  Result result;
  result.answer = std::make_unique<Answer>();
  result.answer->files.push_back(descriptor->info());
  settle(op.command.id, std::move(result));
}

void Client::transfer(Operation& op) {
  const Command& c = op.command;
  const bool write = c.op == Op::write;
  if (c.length == 0) return settle(c.id, Result{});
  Descriptor* descriptor = find(c.fd);
  if (!descriptor || descriptor->isClosed()) {
    return fail(op, Failure::refused(libcurve::kBadFd, "no open volume " + std::to_string(c.fd)));
  }
  if (!descriptor->volume().geometry().aligned(c.offset, c.length)) {
    return fail(op, Failure::refused(libcurve::kNotAligned,
                                      "offset and length must be multiples of " +
                                          std::to_string(descriptor->volume().geometry().blockSize)));
  }
  // Beyond the largest volume there can be, the arithmetic of addresses need not hold either.
  if (c.offset > INT64_MAX / 2) return fail(op, Failure::refused(libcurve::kFailed, "offset out of range"));
  op.io.start(*descriptor, write, c.offset, c.data, c.length, [this, id = c.id](const Outcome& failure) {
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
  Descriptor* descriptor = find(c.fd);
  if (!descriptor) return fail(op, Failure::refused(libcurve::kBadFd, "no open volume " + std::to_string(c.fd)));
  // Ranges are not checked against the volume; only what could not be one is left alone.
  Volume& volume = descriptor->volume();
  const uint64_t end = std::min<uint64_t>(volume.length(), INT64_MAX / 2);
  if (c.offset < end && !volume.isLost() && !descriptor->isClosed()) {
    volume.discard().mark(c.offset, std::min(c.length, end - c.offset), descriptor->user(), descriptor->exclusive());
  }
  settle(c.id, Result{});
}

// Whatever the MDS answers, or does not: a mount record that is left there expires.
void Client::uninit(Operation& op) {
  const bool begun = std::exchange(ended_, true);
  if (!begun) abortAll(Failure::canceled());
  if (descriptors_.empty()) return finishUninit();
  const std::chrono::milliseconds patience(op.command.deadlineMs > 0 ? op.command.deadlineMs : kUninitMs);
  op.deadline = context_.loop.after(patience, [this] { finishUninit(); });
  if (begun) return;
  auto left = std::make_shared<size_t>(descriptors_.size());
  for (auto& [fd, descriptor] : descriptors_) {
    descriptor->close([this, left](const Outcome&) {
      // Deferred: on failure a descriptor's own call is telling us.
      if (--*left == 0) context_.loop.defer([this] { finishUninit(); });
    });
  }
}

void Client::finishUninit() {
  Stats::sub(context_.stats.openVolumes, descriptors_.size());
  descriptors_.clear();
  std::vector<uint64_t> ids;
  for (const auto& [id, op] : operations_) {
    if (op.command.op == Op::uninit) ids.push_back(id);
  }
  for (const uint64_t id : ids) settle(id, Result{});
}

}  // namespace curve
