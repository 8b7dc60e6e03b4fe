// Status codes as they travel, their names, and what libcurve's API makes of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace curve {

namespace mds {
enum Status : int32_t {
  kOK = 0,
  kFileNotExists = 102,
  kParaError = 104,
  kSegmentNotAllocated = 107,
  kNotSupported = 110,
  kOwnerAuthFail = 111,
  kSessionNotExist = 125,
  kEpochTooOld = 140,
};
// Null for a value the protocol does not define.
const char* statusName(int32_t status);
}  // namespace mds

namespace chunk {
enum Status : int32_t {
  kSuccess = 0,
  kRedirected = 1,
  kDiskFail = 2,
  kCrcFail = 3,
  kInvalidRequest = 4,
  kNoSpace = 5,
  kCopysetNotExist = 6,
  kChunkNotExist = 7,
  kFailureUnknown = 8,
  kOverload = 9,
  kBackward = 10,
  kChunkExist = 11,
  kEpochTooOld = 12,
};
const char* statusName(int32_t status);
}  // namespace chunk

// The sign-reversed LIBCURVE_ERROR values, as API calls return them.
namespace libcurve {
constexpr int kExists = -1;
constexpr int kFailed = -2;
constexpr int kNotExist = -6;
constexpr int kNotAligned = -22;
constexpr int kBadFd = -23;
constexpr int kEpochTooOld = -31;
// The literal -1 that Open returns for an empty owner.
constexpr int kEmptyOwner = -1;

int fromMds(int32_t status);
int fromChunk(int32_t status);
}  // namespace libcurve

// RPC-level codes: brpc's own and the errno values it reports.
namespace rpc {
constexpr int kRequest = 1003;
constexpr int kTimedOut = 1008;
constexpr int kFailedSocket = 1009;
constexpr int kEof = 1014;
constexpr int kBadResponse = 2002;
constexpr int kLogoff = 2003;
constexpr int kConnReset = 104;
constexpr int kConnectTimedOut = 110;
constexpr int kConnRefused = 111;
constexpr int kHostDown = 112;
}  // namespace rpc

}  // namespace curve
