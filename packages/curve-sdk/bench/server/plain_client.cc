// The peer: a blocking socket that exchanges the bytes of the same requests with the same server, and does nothing
// else. Usage: plain_client PORT read|write SIZE DEPTH MILLISECONDS
// Prints operations, seconds, CPU seconds, and the latencies' percentiles 50, 99 and 99.9 in µs.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <random>
#include <utility>
#include <vector>

#include "frame.h"

namespace {

using bench::Message;
using Clock = std::chrono::steady_clock;

constexpr size_t kRequestSize = 64 << 10;
constexpr uint64_t kChunkSize = 16 << 20, kRegion = 256 << 20;

class PlainClient {
 public:
  PlainClient(uint16_t port, bool write, size_t size, size_t depth)
      : write_(write), size_(size), buffers_(depth, std::vector<char>(size + 64 * 128, 'x')) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }

  void run(std::chrono::milliseconds duration) {
    const auto begun = Clock::now();
    const double cpu = cpuSeconds();
    std::vector<double> latencies;
    std::deque<Clock::time_point> started;
    auto now = begun;
    for (;;) {
      const bool over = now - begun >= duration;
      if (over && started.empty()) break;
      while (!over && started.size() < buffers_.size()) {
        started.push_back(Clock::now());
        send(buffers_[sent_++ % buffers_.size()]);
      }
      receive(buffers_[latencies.size() % buffers_.size()]);
      now = Clock::now();
      latencies.push_back(std::chrono::duration<double, std::micro>(now - started.front()).count());
      started.pop_front();
    }
    const double seconds = std::chrono::duration<double>(now - begun).count();
    std::sort(latencies.begin(), latencies.end());
    const auto percentile = [&](double p) { return latencies[static_cast<size_t>(p * (latencies.size() - 1))]; };
    std::printf("%zu %f %f %f %f %f\n", latencies.size(), seconds, cpuSeconds() - cpu, percentile(0.5),
                percentile(0.99), percentile(0.999));
  }

 private:
  static double cpuSeconds() {
    timespec t;
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
  }

  size_t pieces() const { return (size_ + kRequestSize - 1) / kRequestSize; }

  void send(std::vector<char>& buffer) {
    heads_.clear();
    std::vector<iovec> parts;
    const uint64_t from = place();
    const size_t length = std::min(size_, kRequestSize);
    for (size_t i = 0; i < pieces(); i++) heads_.push_back(request(from + i * length, length));
    for (size_t i = 0; i < pieces(); i++) {
      parts.push_back({heads_[i].data(), heads_[i].size()});
      if (write_) parts.push_back({buffer.data() + i * length, length});
    }
    for (size_t at = 0; at < parts.size();) {
      ssize_t n = ::writev(fd_, parts.data() + at, static_cast<int>(parts.size() - at));
      if (n <= 0) std::abort();
      for (; n > 0; at += parts[at].iov_len == 0) {
        const size_t taken = std::min(static_cast<size_t>(n), parts[at].iov_len);
        parts[at].iov_base = static_cast<char*>(parts[at].iov_base) + taken;
        parts[at].iov_len -= taken;
        n -= static_cast<ssize_t>(taken);
      }
    }
  }

  // All replies have the same size, which the first one tells.
  void receive(std::vector<char>& buffer) {
    size_t done = 0;
    if (replySize_ == 0) {
      receiveExactly(buffer.data(), bench::kHeaderSize);
      done = bench::kHeaderSize;
      replySize_ = done + bench::bigEndian(buffer.data() + 4);
    }
    receiveExactly(buffer.data() + done, replySize_ * pieces() - done);
  }

  void receiveExactly(char* to, size_t size) {
    while (size > 0) {
      const ssize_t n = ::recv(fd_, to, size, 0);
      if (n <= 0) std::abort();
      to += n;
      size -= static_cast<size_t>(n);
    }
  }

  uint64_t place() {
    if (size_ > kRequestSize) return std::exchange(next_, (next_ + size_) % kRegion);
    return std::uniform_int_distribution<uint64_t>(0, kRegion / size_ - 1)(random_) * size_;
  }

  std::string request(uint64_t offset, size_t length) const {
    const uint64_t chunk = offset / kChunkSize;
    Message call;
    call.bytes(1, "curve.chunkserver.ChunkService").bytes(2, write_ ? "WriteChunk" : "ReadChunk");
    Message meta;
    meta.bytes(1, call.text()).number(3, 0).number(4, 1'000'000);
    if (write_) meta.number(5, length);
    Message body;
    body.number(1, write_ ? 2 : 1).number(2, 1).number(3, chunk % 12 + 1).number(4, chunk + 1);
    body.number(6, offset % kChunkSize).number(7, length);
    if (write_) body.number(9, 1).number(18, 1);
    return bench::frame(meta.text(), body.text(), write_ ? length : 0);
  }

  const int fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
  const bool write_;
  const size_t size_;
  std::vector<std::vector<char>> buffers_;
  std::vector<std::string> heads_;
  size_t sent_ = 0, replySize_ = 0;
  uint64_t next_ = 0;
  std::mt19937_64 random_{1};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  PlainClient client(static_cast<uint16_t>(std::atoi(argv[1])), argv[2] == std::string_view("write"),
                     static_cast<size_t>(std::atoll(argv[3])), static_cast<size_t>(std::atoll(argv[4])));
  client.run(std::chrono::milliseconds(std::atoll(argv[5])));
}
