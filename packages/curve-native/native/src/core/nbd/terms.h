// What a handshake has led to, and what the client may take.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "net/fd.h"

namespace curve::nbd {

// What was done so far.
enum class Count { inFlight, reads, writes, flushes, bytesRead, bytesWritten };
constexpr size_t kCounts = 6;

struct Terms {
  net::Fd socket;
  // What has come from it already.
  std::string received;
  bool structured = false, readOnly = false;
  // Bytes of the export, as the client was told.
  uint64_t size = 0;
  // Under way, of this client; and bytes of all.
  uint64_t requests = 0, bytes = 0, totalBytes = 0;
  std::chrono::milliseconds stall{0};
  // kCounts of them, in memory that others may look at meanwhile.
  uint64_t* counts = nullptr;
};

}  // namespace curve::nbd
