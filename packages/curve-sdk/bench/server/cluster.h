// What the cluster is: one volume under any name, all of its segments allocated, kept in memory.
#pragma once

#include <sys/mman.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "protobuf.h"

namespace bench {

class Cluster {
 public:
  // The ports its chunkservers listen on.
  std::vector<uint16_t> chunkservers;

  // The answer to a call that is not about the data of a chunk.
  std::string answer(std::string_view method, std::string_view request) const;
  // Where a chunk's bytes lie.
  char* chunk(uint64_t id);

 private:
  static constexpr uint64_t kChunkSize = 16u << 20, kSegmentSize = 1u << 30, kVolumeSize = 10ull << 30;
  static constexpr uint32_t kCopysets = 12;

  std::string fileInfo() const;
  std::string segment(uint64_t offset) const;
  std::string copysets(std::string_view request) const;
  std::string leader(std::string_view request) const;

  std::unordered_map<uint64_t, char*> chunks_;
};

inline char* Cluster::chunk(uint64_t id) {
  char*& memory = chunks_[id];
  if (!memory) {
    memory = static_cast<char*>(
        ::mmap(nullptr, kChunkSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0));
  }
  return memory;
}

inline std::string Cluster::answer(std::string_view method, std::string_view request) const {
  const std::string ok = Message().number(1, 0).text();
  if (method == "GetFileInfo") return ok + Message().bytes(2, fileInfo()).text();
  if (method == "OpenFile") {
    const std::string session = Message().bytes(1, "").number(2, 5'000'000).number(3, 1).number(4, 0).text();
    return ok + Message().bytes(2, session).bytes(3, fileInfo()).text();
  }
  if (method == "RefreshSession") return ok + Message().bytes(2, "").bytes(3, fileInfo()).text();
  if (method == "GetClusterInfo") return ok + Message().bytes(2, "bench").text();
  if (method == "GetLeader") return leader(request);
  if (method == "GetChunkServerListInCopySets") return ok + copysets(request);
  if (method == "GetOrAllocateSegment") {
    uint64_t offset = 0;
    for (Fields fields(request); fields.next();) {
      if (fields.field == 3) offset = fields.number;
    }
    return ok + Message().bytes(2, segment(offset)).text();
  }
  // CreateFile, CloseFile.
  return ok;
}

inline std::string Cluster::fileInfo() const {
  return Message()
      .number(1, 1)
      .bytes(2, "bench")
      .number(3, 0)
      .number(4, 1)
      .bytes(5, "bench")
      .number(6, kChunkSize)
      .number(7, kSegmentSize)
      .number(8, kVolumeSize)
      .number(9, 1)
      .number(10, 1)
      .number(11, 0)
      .bytes(19, "default")
      .number(20, 4096)
      .text();
}

inline std::string Cluster::segment(uint64_t offset) const {
  Message out;
  out.number(1, 1).number(2, offset).number(3, kSegmentSize).number(4, kChunkSize);
  for (uint64_t i = 0; i < kSegmentSize / kChunkSize; i++) {
    out.bytes(5, Message().number(2, offset / kChunkSize + i + 1).number(3, i % kCopysets + 1).text());
  }
  return out.text();
}

inline std::string Cluster::copysets(std::string_view request) const {
  Message out;
  for (Fields fields(request); fields.next();) {
    if (fields.field != 2) continue;
    Message copyset;
    copyset.number(1, fields.number);
    for (size_t i = 0; i < chunkservers.size(); i++) {
      copyset.bytes(2, Message().number(1, i + 1).bytes(2, "127.0.0.1").number(3, chunkservers[i]).text());
    }
    out.bytes(2, copyset.text());
  }
  return out.text();
}

inline std::string Cluster::leader(std::string_view request) const {
  uint64_t copyset = 0;
  for (Fields fields(request); fields.next();) {
    if (fields.field == 2) copyset = fields.number;
  }
  const uint16_t port = chunkservers[copyset % chunkservers.size()];
  return Message().bytes(1, Message().bytes(3, "127.0.0.1:" + std::to_string(port) + ":0").text()).text();
}

}  // namespace bench
