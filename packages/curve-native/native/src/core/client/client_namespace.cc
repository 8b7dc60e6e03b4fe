// Calls about paths and about the cluster: each is one MDS call, but for IncreaseEpoch, which goes on to the
// chunkservers, and calls of the caller's own making, which may go to any server.
#include <algorithm>

#include "client/client.h"

namespace curve {

namespace {
// An MDS that has just become leader refuses some calls for a while.
bool mayBeWarmingUp(const wire::StatusResponse& r) { return r.statusCode == mds::kNotSupported; }
}  // namespace

template <class Response, class Request>
void Client::ask(Operation& op, const wire::Method& method, Request request,
                 std::function<void(Response&, Result&)> take, std::function<bool(const Response&)> again) {
  const uint64_t id = op.command.id;
  op.mds = &mds_;
  op.token = mds_.call<Response>(
      method, std::move(request), op.command.arguments->user,
      [this, id, take = std::move(take)](const Outcome& failure, Response& response) {
        Result result{failure};
        if (!failure && take) {
          result.answer = std::make_unique<Answer>();
          take(response, result);
        }
        settle(id, std::move(result));
      },
      mds::Budget::perCall, std::move(again));
}

void Client::createFile(Operation& op, bool directory) {
  const Arguments& a = *op.command.arguments;
  wire::CreateFileRequest request;
  request.fileName = a.path;
  request.owner = a.user.owner;
  request.fileType = {directory ? 0 : 1};
  if (!directory) {
    request.fileLength = op.command.length;
    request.stripeUnit = a.stripeUnit;
    request.stripeCount = a.stripeCount;
    request.poolset = a.other;
  }
  ask<wire::StatusResponse>(op, wire::method::CreateFile, std::move(request));
}

void Client::dispatchNamespace(Operation& op) {
  const Command& c = op.command;
  const Arguments& a = *c.arguments;
  const std::string& owner = a.user.owner;
  switch (c.op) {
    case Op::create:
      return createFile(op, false);
    case Op::mkdir:
      return createFile(op, true);
    case Op::rmdir:
    case Op::unlink:
    case Op::deleteForce:
      return ask<wire::StatusResponse>(op, wire::method::DeleteFile,
                                       wire::DeleteFileRequest{a.path, owner, "", 0, c.op == Op::deleteForce}, nullptr,
                                       mayBeWarmingUp);
    case Op::stat:
      return ask<wire::GetFileInfoResponse>(op, wire::method::GetFileInfo, wire::PathRequest{a.path, owner, "", 0},
                                            [this](wire::GetFileInfoResponse& r, Result& result) {
                                              if (r.fileInfo) {
                                                result.answer->files.push_back(std::move(*r.fileInfo));
                                              } else {
                                                result.failure = mds_.incomplete(wire::method::GetFileInfo);
                                              }
                                            });
    case Op::list:
      return ask<wire::ListDirResponse>(
          op, wire::method::ListDir, wire::PathRequest{a.path, owner, "", 0},
          [](wire::ListDirResponse& r, Result& result) { result.answer->files = std::move(r.fileInfo); });
    case Op::extend:
      return ask<wire::StatusResponse>(op, wire::method::ExtendFile,
                                       wire::ExtendFileRequest{a.path, owner, c.length, "", 0},
                                       [this, path = a.path, length = c.length](wire::StatusResponse&, Result&) {
                                         if (const auto volume = volumeAt(path)) volume->extended(length);
                                       });
    case Op::rename:
      return ask<wire::StatusResponse>(op, wire::method::RenameFile,
                                       wire::RenameFileRequest{a.path, a.other, owner, "", 0},
                                       [this, from = a.path, to = a.other](wire::StatusResponse&, Result&) {
                                         const auto replaced = volumeAt(to);
                                         const auto moved = volumeAt(from);
                                         if (replaced && replaced != moved) replaced->lose();
                                         if (moved) moved->moved(to);
                                       },
                                       mayBeWarmingUp);
    case Op::recover:
      return ask<wire::StatusResponse>(op, wire::method::RecoverFile,
                                       wire::RecoverFileRequest{a.path, owner, "", 0, a.fileId});
    case Op::changeOwner:
      return ask<wire::StatusResponse>(op, wire::method::ChangeOwner,
                                       wire::ChangeOwnerRequest{a.path, a.other, owner, "", 0}, nullptr, mayBeWarmingUp);
    case Op::clusterId:
      return ask<wire::GetClusterInfoResponse>(
          op, wire::method::GetClusterInfo, wire::EmptyRequest{},
          [this](wire::GetClusterInfoResponse& r, Result& result) {
            if (!r.clusterId) result.failure = mds_.incomplete(wire::method::GetClusterInfo);
            result.answer->text = r.clusterId.value_or("");
          });
    case Op::listPoolset:
      return ask<wire::ListPoolsetResponse>(
          op, wire::method::ListPoolset, wire::EmptyRequest{},
          [](wire::ListPoolsetResponse& r, Result& result) { result.answer->poolsets = std::move(r.poolsets); });
    case Op::allocatedSize:
      return ask<wire::GetAllocatedSizeResponse>(op, wire::method::GetAllocatedSize, wire::NameRequest{a.path},
                                                 [this](wire::GetAllocatedSizeResponse& r, Result& result) {
                                                   if (!r.allocatedSize) {
                                                     result.failure = mds_.incomplete(wire::method::GetAllocatedSize);
                                                   }
                                                   result.number = r.allocatedSize.value_or(0);
                                                   result.answer->sizes = std::move(r.byPool);
                                                 });
    case Op::fileSize:
      return ask<wire::GetFileSizeResponse>(
          op, wire::method::GetFileSize, wire::NameRequest{a.path},
          [this](wire::GetFileSizeResponse& r, Result& result) {
            if (!r.fileSize) result.failure = mds_.incomplete(wire::method::GetFileSize);
            result.number = r.fileSize.value_or(0);
          });
    case Op::mountPoints:
      return findMountPoints(op);
    case Op::segment:
      return findSegment(op);
    case Op::copysetServers:
      return ask<wire::GetChunkServerListInCopySetsResponse>(
          op, wire::method::GetChunkServerListInCopySets,
          wire::GetChunkServerListInCopySetsRequest{a.logicalPoolId, a.copysetIds},
          [](wire::GetChunkServerListInCopySetsResponse& r, Result& result) {
            result.answer->copysets = std::move(r.copysets);
          });
    case Op::increaseEpoch:
      return increaseEpoch(op);
    case Op::unary:
      return callUnary(op);
    default:
      return fail(op, Failure::refused(libcurve::kFailed, "no such call"));
  }
}

// Not through ask(): for a question, "not allocated" is an answer.
void Client::findSegment(Operation& op) {
  const uint64_t id = op.command.id;
  wire::GetOrAllocateSegmentRequest request;
  request.fileName = op.command.arguments->path;
  request.owner = op.command.arguments->user.owner;
  request.offset = op.command.offset;
  op.mds = &mds_;
  op.token = mds_.call<wire::GetOrAllocateSegmentResponse>(
      wire::method::GetOrAllocateSegment, std::move(request), op.command.arguments->user,
      [this, id, offset = op.command.offset](const Outcome& failure, wire::GetOrAllocateSegmentResponse& r) {
        const bool absent = failure && failure->is(mds::kSegmentNotAllocated);
        Result result{absent ? std::nullopt : failure};
        if (!failure && !(r.segment && r.segment->isWhole(offset))) {
          result.failure = mds_.incomplete(wire::method::GetOrAllocateSegment);
        }
        result.answer = std::make_unique<Answer>();
        result.answer->segment = std::move(r.segment);
        settle(id, std::move(result));
      });
}

// Nor this: an MDS has no record of a volume that nobody has open, and then says "does not exist", whether or not it
// does.
void Client::findMountPoints(Operation& op) {
  const uint64_t id = op.command.id;
  const Arguments& a = *op.command.arguments;
  op.mds = &mds_;
  op.token = mds_.call<wire::FindFileMountPointResponse>(
      wire::method::FindFileMountPoint, wire::NameRequest{a.path}, a.user,
      [this, id](const Outcome& failure, wire::FindFileMountPointResponse& r) {
        const bool none = failure && failure->is(mds::kFileNotExists);
        Result result{none ? std::nullopt : failure};
        result.answer = std::make_unique<Answer>();
        if (!failure) result.answer->clients = std::move(r.clients);
        settle(id, std::move(result));
      });
}

void Client::increaseEpoch(Operation& op) {
  const uint64_t id = op.command.id;
  const Arguments& a = *op.command.arguments;
  // Its own writes are not refused for good meanwhile.
  if (auto volume = volumeAt(a.path)) op.raise = std::make_unique<EpochRaise>(std::move(volume));
  op.mds = &mds_;
  op.token = mds_.call<wire::IncreaseFileEpochResponse>(
      wire::method::IncreaseFileEpoch, wire::PathRequest{a.path, a.user.owner, "", 0}, a.user,
      [this, id](const Outcome& failure, wire::IncreaseFileEpochResponse& r) {
        Operation* op = operation(id);
        if (!op) return;
        // Open volumes keep their epoch when the MDS refuses: a fenced client must stay fenced.
        if (failure) return fail(*op, *failure);
        if (!r.fileInfo || !r.fileInfo->id || !r.fileInfo->epoch) {
          return fail(*op, mds_.incomplete(wire::method::IncreaseFileEpoch));
        }
        const uint64_t fileId = *r.fileInfo->id, epoch = *r.fileInfo->epoch;
        uint64_t& granted = granted_[fileId];
        granted = std::max(granted, epoch);
        // Now, and whatever becomes of the broadcast: the MDS and those it reaches take no other.
        if (auto volume = volumeById(fileId)) {
          volume->raiseEpoch(epoch);
          op->raise = std::make_unique<EpochRaise>(std::move(volume));
        }
        op->broadcast = std::make_unique<EpochBroadcast>(
            context_, fileId, epoch, [this, fileId, epoch] { return granted_[fileId] > epoch; },
            [this, id, epoch](const Outcome& outcome) {
              Result result{outcome};
              result.number = epoch;
              settle(id, std::move(result));
            });
        op->broadcast->start(r.chunkServers);
      });
}

void Client::callUnary(Operation& op) {
  const uint64_t id = op.command.id;
  Arguments& a = *op.command.arguments;
  auto done = [this, id](const Outcome& failure, std::string reply, std::string attachment) {
    Result result{failure};
    result.answer = std::make_unique<Answer>();
    result.answer->text = std::move(reply);
    result.answer->attachment = std::move(attachment);
    settle(id, std::move(result));
  };
  if (a.server.empty()) {
    op.mds = &mds_;
    op.token = mds_.call(std::move(a.call), a.user,
                         [done](const Outcome& failure, std::string& reply) { done(failure, std::move(reply), {}); });
    return;
  }
  const auto server = net::Endpoint::parse(a.server);
  if (!server) return fail(op, Failure::refused(libcurve::kFailed, "no address of a server: " + a.server));
  op.unary = std::make_unique<UnaryCall>(context_, *server, std::move(a.call), std::move(done));
  op.unary->start();
}

}  // namespace curve
