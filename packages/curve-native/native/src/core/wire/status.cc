#include "wire/status.h"

namespace curve {

namespace {

struct Row {
  int32_t status;
  const char* name;
  int libcurve;
};

constexpr Row kMdsRows[] = {
    {0, "kOK", 0},
    {101, "kFileExists", -1},
    {102, "kFileNotExists", -6},
    {103, "kNotDirectory", -100},
    {104, "kParaError", -16},
    {105, "kShrinkBiggerFile", -13},
    {106, "kExtentUnitError", -100},
    {107, "kSegmentNotAllocated", -10},
    {108, "kSegmentAllocateError", -100},
    {109, "kDirNotExist", -6},
    {110, "kNotSupported", -11},
    {111, "kOwnerAuthFail", -4},
    {112, "kDirNotEmpty", -12},
    {120, "kFileUnderSnapShot", -7},
    {121, "kFileNotUnderSnapShot", -8},
    {122, "kSnapshotDeleting", -5},
    {123, "kSnapshotFileNotExists", -6},
    {124, "kSnapshotFileDeleteError", -9},
    {125, "kSessionNotExist", -25},
    {126, "kFileOccupied", -15},
    {127, "kCloneFileNameIllegal", -100},
    {128, "kCloneStatusNotMatch", -26},
    {129, "kCommonFileDeleteError", -100},
    {130, "kFileIdNotMatch", -100},
    {131, "kFileUnderDeleting", -100},
    {132, "kFileLengthNotSupported", -24},
    {133, "kDeleteFileBeingCloned", -27},
    {134, "kClientVersionNotMatch", -28},
    {135, "kSnapshotFrozen", -29},
    {136, "kSnapshotCloneConnectFail", -100},
    {137, "kSnapshotCloneServerNotInit", -100},
    {138, "kRecoverFileCloneMetaInstalled", -100},
    {139, "kRecoverFileError", -100},
    {140, "kEpochTooOld", -100},
    {141, "kPoolsetNotExist", -6},
    {501, "kStorageError", -17},
    {502, "KInternalError", -100},
};

constexpr Row kChunkRows[] = {
    {0, "CHUNK_OP_STATUS_SUCCESS", 0},
    {1, "CHUNK_OP_STATUS_REDIRECTED", -2},
    {2, "CHUNK_OP_STATUS_DISK_FAIL", -20},
    {3, "CHUNK_OP_STATUS_CRC_FAIL", -18},
    {4, "CHUNK_OP_STATUS_INVALID_REQUEST", -19},
    {5, "CHUNK_OP_STATUS_NOSPACE", -21},
    {6, "CHUNK_OP_STATUS_COPYSET_NOTEXIST", -6},
    {7, "CHUNK_OP_STATUS_CHUNK_NOTEXIST", -6},
    {8, "CHUNK_OP_STATUS_FAILURE_UNKNOWN", -2},
    {9, "CHUNK_OP_STATUS_OVERLOAD", -2},
    {10, "CHUNK_OP_STATUS_BACKWARD", -2},
    {11, "CHUNK_OP_STATUS_CHUNK_EXIST", -1},
    {12, "CHUNK_OP_STATUS_EPOCH_TOO_OLD", -31},
};

template <size_t N>
const Row* find(const Row (&rows)[N], int32_t status) {
  for (const Row& row : rows) {
    if (row.status == status) return &row;
  }
  return nullptr;
}

}  // namespace

const char* mds::statusName(int32_t status) {
  const Row* row = find(kMdsRows, status);
  return row ? row->name : nullptr;
}

const char* chunk::statusName(int32_t status) {
  const Row* row = find(kChunkRows, status);
  return row ? row->name : nullptr;
}

int libcurve::fromMds(int32_t status) {
  const Row* row = find(kMdsRows, status);
  return row ? row->libcurve : -100;
}

int libcurve::fromChunk(int32_t status) {
  const Row* row = find(kChunkRows, status);
  return row ? row->libcurve : kFailed;
}

}  // namespace curve
