// What a client can be asked, as plain data that may cross threads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "failure.h"
#include "mds/raw_call.h"
#include "mds/user.h"
#include "nbd/handed_up.h"
#include "nbd/terms.h"
#include "wire/messages.h"

namespace curve {

// Each of these is one call; the addon tells JavaScript their names, in this order.
#define CURVE_OPERATIONS(X) \
  X(create) X(mkdir) X(rmdir) X(stat) X(list) X(extend) X(rename) X(unlink) X(deleteForce) X(recover) \
  X(changeOwner) X(increaseEpoch) X(clusterId) X(listPoolset) X(allocatedSize) X(fileSize) X(mountPoints) \
  X(segment) X(copysetServers) X(unary) X(open) X(close) X(statFd) X(read) X(write) X(discard) \
  X(holdWrites) X(releaseWrites) X(nbdServe) X(nbdNext) X(nbdReply) X(nbdEnd) X(uninit)

enum class Op {
#define CURVE_OPERATION(name) name,
  CURVE_OPERATIONS(CURVE_OPERATION)
#undef CURVE_OPERATION
};

// Of calls on paths and on the cluster.
struct Arguments {
  std::string path;
  std::string other;  // new path, new owner or poolset
  mds::User user;
  uint64_t stripeUnit = 0, stripeCount = 0;
  uint64_t fileId = 0;
  bool exclusive = false, failWhenLost = false;
  uint32_t logicalPoolId = 0;
  std::vector<uint32_t> copysetIds;
  mds::RawCall call;
  std::string server;  // `ip:port`; empty: whichever MDS leads
  nbd::Terms terms;
};

struct Command {
  Op op{};
  // Chosen by the caller, for cancel() and the result; unique among its outstanding commands.
  uint64_t id = 0;
  uint64_t deadlineMs = 0;  // 0: none
  bool attended = false;    // its caller attends to the client meanwhile, as long as there is no other

  int64_t fd = 0;
  uint64_t offset = 0, length = 0;
  uint8_t* data = nullptr;

  // Null for calls on descriptors, so that the many reads and writes are small.
  std::unique_ptr<Arguments> arguments;
};

// What a call on a path or on the cluster has found out.
struct Answer {
  std::string text;  // or the bytes of a message
  std::string attachment;
  std::vector<wire::FileInfo> files;
  std::vector<wire::PoolsetInfo> poolsets;
  std::vector<wire::PoolSize> sizes;
  std::vector<wire::ClientInfo> clients;
  std::optional<wire::PageFileSegment> segment;
  std::vector<wire::CopySetServerInfo> copysets;
  std::vector<nbd::HandedUp> requests;
};

struct Result {
  Result() = default;
  explicit Result(Outcome f) : failure(std::move(f)) {}

  Outcome failure;
  uint64_t number = 0;  // descriptor, size, epoch or bytes
  std::unique_ptr<Answer> answer;
};

struct Completed {
  uint64_t id;
  Op op;
  Result result;
};

}  // namespace curve
