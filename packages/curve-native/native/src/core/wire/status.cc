#include "wire/status.h"

namespace curve {

namespace {

// A status, and what an API call returns for it.
struct Row {
  int32_t status;
  int libcurve;
};

constexpr Row kMdsRows[] = {
    {0, 0}, {101, -1}, {102, -6}, {103, -100}, {104, -16}, {105, -13}, {106, -100}, {107, -10}, {108, -100},
    {109, -6}, {110, -11}, {111, -4}, {112, -12}, {120, -7}, {121, -8}, {122, -5}, {123, -6}, {124, -9}, {125, -25},
    {126, -15}, {127, -100}, {128, -26}, {129, -100}, {130, -100}, {131, -100}, {132, -24}, {133, -27}, {134, -28},
    {135, -29}, {136, -100}, {137, -100}, {138, -100}, {139, -100}, {140, -100}, {141, -6}, {501, -17}, {502, -100},
};

constexpr Row kChunkRows[] = {
    {0, 0}, {1, -2}, {2, -20}, {3, -18}, {4, -19}, {5, -21}, {6, -6}, {7, -6}, {8, -2}, {9, -2}, {10, -2}, {11, -1},
    {12, -31},
};

template <size_t N>
const Row* find(const Row (&rows)[N], int32_t status) {
  for (const Row& row : rows) {
    if (row.status == status) return &row;
  }
  return nullptr;
}

}  // namespace

bool mds::isDefined(int32_t status) { return find(kMdsRows, status) != nullptr; }
bool chunk::isDefined(int32_t status) { return find(kChunkRows, status) != nullptr; }

libcurve::Code libcurve::codeOf(mds::Status status) {
  const Row* row = find(kMdsRows, numberOf(status));
  return row ? Code{row->libcurve} : kUnknown;
}

libcurve::Code libcurve::codeOf(chunk::Status status) {
  const Row* row = find(kChunkRows, numberOf(status));
  return row ? Code{row->libcurve} : kFailed;
}

}  // namespace curve
