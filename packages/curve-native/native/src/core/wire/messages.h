// The messages the client sends and understands, field by field. Optional fields that libcurve always sends are
// plain members here, so that they are always encoded; where we must also decode such a message the label is right.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "wire/frame.h"
#include "wire/proto.h"
#include "wire/status.h"

namespace curve::wire {

struct MdsStatusSet {
  using Value = mds::Status;
  static bool defined(int32_t v) { return mds::isDefined(v); }
};
struct ChunkStatusSet {
  using Value = chunk::Status;
  static bool defined(int32_t v) { return chunk::isDefined(v); }
};
template <int32_t From, int32_t To>
struct Range {
  using Value = int32_t;
  static bool defined(int32_t v) { return v >= From && v <= To; }
};

using MdsStatus = Enum<MdsStatusSet>;
using TopologyStatus = Sint32<topology::Status>;
using ChunkStatus = Enum<ChunkStatusSet>;
using FileType = Enum<Range<0, 4>>;
using FileStatus = Enum<Range<0, 5>>;
// A lazy clone that has not been flattened.
constexpr FileStatus kCloneMetaInstalled{3};
using ThrottleType = Enum<Range<1, 6>>;

#define CURVE_FIELDS(...)  \
  template <class F>       \
  void fields(F& f) {      \
    __VA_ARGS__            \
  }

// --- common ---

struct Peer {
  std::optional<uint64_t> id;
  std::optional<std::string> address;
  CURVE_FIELDS(f(1, id); f(3, address);)
};

struct ChunkServerLocation {
  uint32_t chunkServerId = 0;
  std::string hostIp;
  uint32_t port = 0;
  std::optional<std::string> externalIp;
  CURVE_FIELDS(f(1, chunkServerId); f(2, hostIp); f(3, port); f(4, externalIp);)
};

// --- curve.mds.CurveFSService ---

struct ThrottleParams {
  ThrottleType type{1};
  uint64_t limit = 0;
  std::optional<uint64_t> burst;
  std::optional<uint64_t> burstLength;
  CURVE_FIELDS(f(1, type); f(2, limit); f(3, burst); f(4, burstLength);)
};

struct FileThrottleParams {
  std::vector<ThrottleParams> params;
  CURVE_FIELDS(f(1, params);)
};

struct FileInfo {
  std::optional<uint64_t> id;
  std::optional<std::string> fileName;
  std::optional<uint64_t> parentId;
  std::optional<FileType> fileType;
  std::optional<std::string> owner;
  std::optional<uint32_t> chunkSize;
  std::optional<uint32_t> segmentSize;
  std::optional<uint64_t> length;
  std::optional<uint64_t> ctime;
  std::optional<uint64_t> seqNum;
  std::optional<FileStatus> fileStatus;
  std::optional<std::string> originalFullPathName;
  std::optional<std::string> cloneSource;
  std::optional<uint64_t> cloneLength;
  std::optional<uint64_t> stripeUnit;
  std::optional<uint64_t> stripeCount;
  std::optional<FileThrottleParams> throttleParams;
  std::optional<uint64_t> epoch;
  std::optional<std::string> poolset;
  std::optional<uint32_t> blocksize;
  CURVE_FIELDS(f(1, id); f(2, fileName); f(3, parentId); f(4, fileType); f(5, owner); f(6, chunkSize);
               f(7, segmentSize); f(8, length); f(9, ctime); f(10, seqNum); f(11, fileStatus);
               f(12, originalFullPathName); f(13, cloneSource); f(14, cloneLength); f(15, stripeUnit);
               f(16, stripeCount); f(17, throttleParams); f(18, epoch); f(19, poolset); f(20, blocksize);)
};

struct PageFileChunkInfo {
  uint64_t chunkId = 0;
  uint32_t copysetId = 0;
  CURVE_FIELDS(f(2, chunkId); f(3, copysetId);)
};

struct PageFileSegment {
  uint32_t logicalPoolId = 0;
  uint64_t startOffset = 0;
  uint32_t segmentSize = 0;
  uint32_t chunkSize = 0;
  std::vector<PageFileChunkInfo> chunks;
  // Whether it is the one that was asked for, with all its chunks.
  bool isWhole(uint64_t offset) const {
    return startOffset == offset && chunkSize != 0 && !chunks.empty() && chunks.size() == segmentSize / chunkSize;
  }
  CURVE_FIELDS(f(1, logicalPoolId); f(2, startOffset); f(3, segmentSize); f(4, chunkSize); f(5, chunks);)
};

struct ProtoSession {
  std::string sessionId;
  uint32_t leaseTime = 0;  // µs
  uint64_t createTime = 0;
  Enum<Range<0, 2>> sessionStatus;
  CURVE_FIELDS(f(1, sessionId); f(2, leaseTime); f(3, createTime); f(4, sessionStatus);)
};

struct CloneSourceSegment {
  uint64_t segmentSize = 0;
  std::vector<uint64_t> allocatedSegmentOffset;
  CURVE_FIELDS(f(1, segmentSize); f(2, allocatedSegmentOffset);)
};

struct CreateFileRequest {
  std::string fileName, owner;
  FileType fileType;
  std::optional<uint64_t> fileLength;
  std::string signature;
  uint64_t date = 0;
  std::optional<uint64_t> stripeUnit, stripeCount;
  std::optional<std::string> poolset;
  CURVE_FIELDS(f(1, fileName); f(2, owner); f(3, fileType); f(4, fileLength); f(5, signature); f(6, date);
               f(7, stripeUnit); f(8, stripeCount); f(9, poolset);)
};

struct StatusResponse {
  MdsStatus statusCode;
  CURVE_FIELDS(f(1, statusCode);)
};

struct DeleteFileRequest {
  std::string fileName, owner, signature;
  uint64_t date = 0;
  bool forceDelete = false;
  CURVE_FIELDS(f(1, fileName); f(2, owner); f(3, signature); f(4, date); f(6, forceDelete);)
};

struct RecoverFileRequest {
  std::string fileName, owner, signature;
  uint64_t date = 0;
  uint64_t fileId = 0;
  CURVE_FIELDS(f(1, fileName); f(2, owner); f(3, signature); f(4, date); f(5, fileId);)
};

// GetFileInfo, ListDir and IncreaseFileEpoch ask with the same fields.
struct PathRequest {
  std::string fileName, owner, signature;
  uint64_t date = 0;
  CURVE_FIELDS(f(1, fileName); f(2, owner); f(3, signature); f(4, date);)
};

struct GetFileInfoResponse {
  MdsStatus statusCode;
  std::optional<FileInfo> fileInfo;
  CURVE_FIELDS(f(1, statusCode); f(2, fileInfo);)
};

struct GetOrAllocateSegmentRequest {
  std::string fileName, owner;
  uint64_t offset = 0;
  bool allocateIfNotExist = false;
  std::string signature;
  uint64_t date = 0;
  std::optional<uint64_t> epoch;
  CURVE_FIELDS(f(1, fileName); f(2, owner); f(3, offset); f(4, allocateIfNotExist); f(6, signature); f(7, date);
               f(8, epoch);)
};

struct GetOrAllocateSegmentResponse {
  MdsStatus statusCode;
  std::optional<PageFileSegment> segment;
  CURVE_FIELDS(f(1, statusCode); f(2, segment);)
};

struct DeAllocateSegmentRequest {
  std::string fileName, owner;
  uint64_t offset = 0;
  std::string signature;
  uint64_t date = 0;
  CURVE_FIELDS(f(1, fileName); f(2, owner); f(3, offset); f(4, signature); f(5, date);)
};

struct RenameFileRequest {
  std::string oldFileName, newFileName, owner, signature;
  uint64_t date = 0;
  CURVE_FIELDS(f(1, oldFileName); f(2, newFileName); f(3, owner); f(4, signature); f(7, date);)
};

struct ExtendFileRequest {
  std::string fileName, owner;
  uint64_t newSize = 0;
  std::string signature;
  uint64_t date = 0;
  CURVE_FIELDS(f(1, fileName); f(2, owner); f(3, newSize); f(4, signature); f(5, date);)
};

struct ChangeOwnerRequest {
  std::string fileName, newOwner, rootOwner, signature;
  uint64_t date = 0;
  CURVE_FIELDS(f(1, fileName); f(2, newOwner); f(3, rootOwner); f(4, signature); f(5, date);)
};

struct ListDirResponse {
  MdsStatus statusCode;
  std::vector<FileInfo> fileInfo;
  CURVE_FIELDS(f(1, statusCode); f(2, fileInfo);)
};

struct IncreaseFileEpochResponse {
  MdsStatus statusCode;
  std::optional<FileInfo> fileInfo;
  std::vector<ChunkServerLocation> chunkServers;
  CURVE_FIELDS(f(1, statusCode); f(2, fileInfo); f(3, chunkServers);)
};

struct OpenFileRequest {
  std::string fileName, owner, signature;
  uint64_t date = 0;
  std::string clientVersion;
  CURVE_FIELDS(f(1, fileName); f(2, owner); f(3, signature); f(4, date); f(5, clientVersion);)
};

struct OpenFileResponse {
  MdsStatus statusCode;
  std::optional<ProtoSession> protoSession;
  std::optional<FileInfo> fileInfo;
  std::optional<CloneSourceSegment> cloneSourceSegment;
  CURVE_FIELDS(f(1, statusCode); f(2, protoSession); f(3, fileInfo); f(4, cloneSourceSegment);)
};

struct CloseFileRequest {
  std::string fileName, sessionId, owner, signature;
  uint64_t date = 0;
  std::optional<std::string> clientIp;
  std::optional<uint32_t> clientPort;
  CURVE_FIELDS(f(1, fileName); f(2, sessionId); f(3, owner); f(4, signature); f(5, date); f(6, clientIp);
               f(7, clientPort);)
};

struct RefreshSessionRequest {
  std::string fileName, sessionId, owner;
  uint64_t date = 0;
  std::string signature, clientVersion;
  std::optional<std::string> clientIp;
  std::optional<uint32_t> clientPort;
  CURVE_FIELDS(f(1, fileName); f(2, sessionId); f(3, owner); f(4, date); f(5, signature); f(6, clientVersion);
               f(7, clientIp); f(8, clientPort);)
};

struct RefreshSessionResponse {
  MdsStatus statusCode;
  std::string sessionId;
  std::optional<FileInfo> fileInfo;
  CURVE_FIELDS(f(1, statusCode); f(2, sessionId); f(3, fileInfo);)
};

// GetAllocatedSize, GetFileSize and FindFileMountPoint ask by name only, unsigned.
struct NameRequest {
  std::string fileName;
  CURVE_FIELDS(f(1, fileName);)
};

struct PoolSize {
  std::optional<uint32_t> poolId;
  std::optional<uint64_t> size;
  CURVE_FIELDS(f(1, poolId); f(2, size);)
};

struct GetAllocatedSizeResponse {
  MdsStatus statusCode;
  std::optional<uint64_t> allocatedSize;
  std::vector<PoolSize> byPool;
  CURVE_FIELDS(f(1, statusCode); f(2, allocatedSize); f(3, byPool);)
};

struct GetFileSizeResponse {
  MdsStatus statusCode;
  std::optional<uint64_t> fileSize;
  CURVE_FIELDS(f(1, statusCode); f(2, fileSize);)
};

struct ClientInfo {
  std::string ip;
  uint32_t port = 0;
  CURVE_FIELDS(f(1, ip); f(2, port);)
};

struct FindFileMountPointResponse {
  MdsStatus statusCode;
  std::vector<ClientInfo> clients;
  CURVE_FIELDS(f(1, statusCode); f(2, clients);)
};

// --- curve.mds.topology.TopologyService; its codes are negative, hence sint32 ---

struct EmptyRequest {
  CURVE_FIELDS((void)f;)
};

struct GetChunkServerListInCopySetsRequest {
  uint32_t logicalPoolId = 0;
  std::vector<uint32_t> copysetId;
  CURVE_FIELDS(f(1, logicalPoolId); f(2, copysetId);)
};

struct CopySetServerInfo {
  uint32_t copysetId = 0;
  std::vector<ChunkServerLocation> chunkServers;
  CURVE_FIELDS(f(1, copysetId); f(2, chunkServers);)
};

struct GetChunkServerListInCopySetsResponse {
  TopologyStatus statusCode;
  std::vector<CopySetServerInfo> copysets;
  CURVE_FIELDS(f(1, statusCode); f(2, copysets);)
};

struct GetClusterInfoResponse {
  TopologyStatus statusCode;
  std::optional<std::string> clusterId;
  CURVE_FIELDS(f(1, statusCode); f(2, clusterId);)
};

struct PoolsetInfo {
  uint32_t id = 0;
  std::string name, type;
  std::optional<std::string> description;
  CURVE_FIELDS(f(1, id); f(2, name); f(3, type); f(4, description);)
};

struct ListPoolsetResponse {
  TopologyStatus statusCode;
  std::vector<PoolsetInfo> poolsets;
  CURVE_FIELDS(f(1, statusCode); f(2, poolsets);)
};

struct GetChunkServerRequest {
  std::string hostIp;
  uint32_t port = 0;
  CURVE_FIELDS(f(2, hostIp); f(3, port);)
};

// Only what the client needs of a registered chunkserver.
struct ChunkServerInfo {
  uint32_t chunkServerId = 0;
  std::string hostIp;
  uint32_t port = 0;
  std::optional<std::string> externalIp;
  CURVE_FIELDS(f(1, chunkServerId); f(3, hostIp); f(4, port); f(11, externalIp);)
};

struct GetChunkServerResponse {
  TopologyStatus statusCode;
  std::optional<ChunkServerInfo> chunkServer;
  CURVE_FIELDS(f(1, statusCode); f(2, chunkServer);)
};

struct ListChunkServerRequest {
  std::string ip;
  CURVE_FIELDS(f(1, ip);)
};

struct ListChunkServerResponse {
  TopologyStatus statusCode;
  std::vector<ChunkServerInfo> chunkServers;
  CURVE_FIELDS(f(1, statusCode); f(2, chunkServers);)
};

// --- chunkserver ---

struct GetLeaderRequest {
  uint32_t logicPoolId = 0;
  uint32_t copysetId = 0;
  CURVE_FIELDS(f(1, logicPoolId); f(2, copysetId);)
};

struct GetLeaderResponse {
  Peer leader;
  CURVE_FIELDS(f(1, leader);)
};

struct ChunkRequest {
  Enum<Range<0, 9>> opType;
  uint32_t logicPoolId = 0;
  uint32_t copysetId = 0;
  uint64_t chunkId = 0;
  uint32_t offset = 0;
  uint32_t size = 0;
  std::optional<uint64_t> sn;
  std::optional<std::string> cloneFileSource;
  std::optional<uint64_t> cloneFileOffset;
  std::optional<uint64_t> fileId;
  std::optional<uint64_t> epoch;
  CURVE_FIELDS(f(1, opType); f(2, logicPoolId); f(3, copysetId); f(4, chunkId); f(6, offset); f(7, size); f(9, sn);
               f(12, cloneFileSource); f(13, cloneFileOffset); f(18, fileId); f(19, epoch);)
};

struct ChunkResponse {
  ChunkStatus status;
  std::optional<std::string> redirect;
  CURVE_FIELDS(f(1, status); f(2, redirect);)
};

struct UpdateEpochRequest {
  uint64_t fileId = 0;
  uint64_t epoch = 0;
  CURVE_FIELDS(f(1, fileId); f(2, epoch);)
};

#undef CURVE_FIELDS

namespace method {
#define CURVE_FS(name) constexpr Method name{"curve.mds.CurveFSService", #name};
CURVE_FS(CreateFile)
CURVE_FS(DeleteFile)
CURVE_FS(RecoverFile)
CURVE_FS(GetFileInfo)
CURVE_FS(GetOrAllocateSegment)
CURVE_FS(DeAllocateSegment)
CURVE_FS(RenameFile)
CURVE_FS(ExtendFile)
CURVE_FS(ChangeOwner)
CURVE_FS(ListDir)
CURVE_FS(IncreaseFileEpoch)
CURVE_FS(OpenFile)
CURVE_FS(CloseFile)
CURVE_FS(RefreshSession)
CURVE_FS(GetAllocatedSize)
CURVE_FS(GetFileSize)
CURVE_FS(FindFileMountPoint)
#undef CURVE_FS
#define CURVE_TOPOLOGY(name) constexpr Method name{"curve.mds.topology.TopologyService", #name};
CURVE_TOPOLOGY(GetChunkServerListInCopySets)
CURVE_TOPOLOGY(GetClusterInfo)
CURVE_TOPOLOGY(ListPoolset)
CURVE_TOPOLOGY(GetChunkServer)
CURVE_TOPOLOGY(ListChunkServer)
#undef CURVE_TOPOLOGY
constexpr Method GetLeader{"curve.chunkserver.CliService2", "GetLeader"};
constexpr Method ReadChunk{"curve.chunkserver.ChunkService", "ReadChunk"};
constexpr Method WriteChunk{"curve.chunkserver.ChunkService", "WriteChunk"};
constexpr Method UpdateEpoch{"curve.chunkserver.ChunkService", "UpdateEpoch"};
}  // namespace method

}  // namespace curve::wire
