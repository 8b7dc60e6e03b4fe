// Hostile input for everything that reads bytes from the network. The first byte chooses the reader.
#include <sys/uio.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "net/inbound.h"
#include "volume/geometry.h"
#include "wire/messages.h"

namespace {

using namespace curve;

// What decodes must encode to something that decodes to the same bytes again.
template <class Message>
void roundTrip(std::string_view in) {
  Message first;
  if (!wire::decode(in, first)) return;
  const std::string once = wire::encode(first);
  Message second;
  if (!wire::decode(once, second) || wire::encode(second) != once) std::abort();
}

// Calls 1…4 wait for attachments of different sizes; 3 is withdrawn as soon as any other ends.
class Calls final : public net::Inbound::Calls {
 public:
  struct Call final : net::Rpc {
    void onReply(const net::RpcReply&) override {}
  };

  Calls() {
    for (size_t i = 0; i < 4; i++) {
      // Exactly sized on the heap, so that a byte too many is seen.
      buffers_[i].reset(new uint8_t[i * 700 + 1]);
      calls_[i].target = buffers_[i].get();
      calls_[i].targetSize = i * 700 + 1;
      outstanding_[i] = true;
    }
  }
  net::Rpc* find(int64_t id) override {
    return id >= 1 && id <= 4 && outstanding_[id - 1] ? &calls_[id - 1] : nullptr;
  }
  void answered(int64_t id, const net::RpcReply& reply) override {
    volatile size_t sink = reply.message.size() + reply.errorText.size();
    (void)sink;
    if (find(id)) end(static_cast<size_t>(id - 1));
    if (outstanding_[2]) withdraw();
  }
  void withdraw() {
    inbound->forget(3);
    end(2);
  }
  net::Inbound* inbound = nullptr;

 private:
  void end(size_t i) {
    outstanding_[i] = false;
    buffers_[i].reset();
  }
  Call calls_[4];
  std::unique_ptr<uint8_t[]> buffers_[4];
  bool outstanding_[4];
};

void stream(const uint8_t* data, size_t size, size_t step) {
  Calls calls;
  net::Inbound inbound(calls);
  calls.inbound = &inbound;
  while (size > 0) {
    iovec buffers[2];
    const int count = inbound.prepare(buffers);
    size_t taken = 0;
    for (int i = 0; i < count; i++) {
      const size_t n = std::min({buffers[i].iov_len, size - taken, step - taken});
      std::memcpy(buffers[i].iov_base, data + taken, n);
      taken += n;
    }
    if (taken == 0) std::abort();
    if (!inbound.received(taken)) return;
    data += taken;
    size -= taken;
  }
}

void geometry(std::string_view in) {
  wire::FileInfo info;
  Geometry g;
  if (!wire::decode(in, info) || !Geometry::from(info, g)) return;
  const uint64_t length = std::min<uint64_t>(g.chunkSize * 3, 1 << 20);
  uint64_t sum = 0;
  if (g.striped() && g.stripeUnit < 512) return;  // correct, but slow to list
  std::vector<Piece> pieces;
  split(g, g.blockSize, length, pieces);
  for (const Piece& piece : pieces) {
    if (piece.length == 0 || piece.offset + piece.length > g.chunkSize || piece.bufferOffset != sum) std::abort();
    sum += piece.length;
  }
  if (sum != length) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::string_view in(reinterpret_cast<const char*>(data) + 2, size - 2);
  switch (data[0] % 12) {
    case 0:
      roundTrip<wire::RpcMeta>(in);
      break;
    case 1:
      roundTrip<wire::OpenFileResponse>(in);
      break;
    case 2:
      roundTrip<wire::GetOrAllocateSegmentResponse>(in);
      break;
    case 3:
      roundTrip<wire::GetChunkServerListInCopySetsResponse>(in);
      break;
    case 4:
      roundTrip<wire::ListDirResponse>(in);
      break;
    case 5:
      roundTrip<wire::ChunkResponse>(in);
      break;
    case 6:
      roundTrip<wire::GetLeaderResponse>(in);
      break;
    case 7:
      roundTrip<wire::IncreaseFileEpochResponse>(in);
      break;
    case 8:
      roundTrip<wire::GetAllocatedSizeResponse>(in);
      break;
    case 9:
      geometry(in);
      break;
    default:
      stream(data + 2, size - 2, data[1] % 64 * 37 + 1);
  }
  return 0;
}
