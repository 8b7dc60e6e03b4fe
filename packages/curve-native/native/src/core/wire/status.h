// Status codes as they travel, and what libcurve's API makes of them. Each enumeration is a type of its own: the same
// number means another thing in each of them, as 110 is "not supported" of an MDS and "no connection in time" of an RPC.
// They have no names here: what is said of them is said where errors are made, in curve-sdk.
#pragma once

#include <cstddef>
#include <cstdint>

namespace curve {

// StatusCode of CurveFSService.
namespace mds {
enum class Status : int32_t {};
constexpr Status kOK{0};
constexpr Status kFileNotExists{102};
constexpr Status kParaError{104};
constexpr Status kSegmentNotAllocated{107};
constexpr Status kNotSupported{110};
constexpr Status kOwnerAuthFail{111};
constexpr Status kSessionNotExist{125};
constexpr Status kEpochTooOld{140};
// False for a value the protocol does not have.
bool isDefined(int32_t status);
}  // namespace mds

// Status of TopologyService: any number, negative but for 0.
namespace topology {
enum class Status : int32_t {};
}  // namespace topology

// CHUNK_OP_STATUS.
namespace chunk {
enum class Status : int32_t {};
constexpr Status kSuccess{0};
constexpr Status kRedirected{1};
constexpr Status kDiskFail{2};
constexpr Status kCrcFail{3};
constexpr Status kInvalidRequest{4};
constexpr Status kNoSpace{5};
constexpr Status kCopysetNotExist{6};
constexpr Status kChunkNotExist{7};
constexpr Status kFailureUnknown{8};
constexpr Status kOverload{9};
constexpr Status kBackward{10};
constexpr Status kChunkExist{11};
constexpr Status kEpochTooOld{12};
bool isDefined(int32_t status);
}  // namespace chunk

// RPC-level codes: brpc's own and the errno values it reports.
namespace rpc {
enum class Error : int32_t {};
constexpr Error kNone{0};
constexpr Error kRequest{1003};
constexpr Error kTimedOut{1008};
constexpr Error kFailedSocket{1009};
constexpr Error kEof{1014};
constexpr Error kBadResponse{2002};
constexpr Error kLogoff{2003};
constexpr Error kConnReset{104};
constexpr Error kConnectTimedOut{110};
constexpr Error kConnRefused{111};
constexpr Error kHostDown{112};
}  // namespace rpc

// The sign-reversed LIBCURVE_ERROR values, as API calls return them.
namespace libcurve {
enum class Code : int {};
constexpr Code kExists{-1};
constexpr Code kFailed{-2};
constexpr Code kNotExist{-6};
constexpr Code kNotAligned{-22};
constexpr Code kBadFd{-23};
constexpr Code kEpochTooOld{-31};
constexpr Code kUnknown{-100};
// The literal -1 that Open returns for an empty owner.
constexpr Code kEmptyOwner{-1};

Code codeOf(mds::Status status);
Code codeOf(chunk::Status status);
// Every topology error is the same to libcurve, and so is every failure to get an answer.
constexpr Code codeOf(topology::Status) { return kFailed; }
constexpr Code codeOf(rpc::Error) { return kFailed; }
}  // namespace libcurve

// The number itself, to be shown or sent.
template <class Enumeration>
constexpr int numberOf(Enumeration value) {
  return static_cast<int>(value);
}

}  // namespace curve
