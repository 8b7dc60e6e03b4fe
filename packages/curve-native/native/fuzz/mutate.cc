// Where libFuzzer is not at hand: mutates valid frames, messages and settings for a number of seconds.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "config/config.h"
#include "wire/messages.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using namespace curve;

std::string frame(int64_t id, const std::string& message, size_t attachment) {
  wire::RpcMeta meta;
  meta.response = wire::ResponseMeta{0, std::string("text")};
  meta.correlationId = id;
  meta.attachmentSize = static_cast<int32_t>(attachment);
  const std::string m = wire::encode(meta);
  const auto big = [](size_t v) {
    return std::string{static_cast<char>(v >> 24), static_cast<char>(v >> 16), static_cast<char>(v >> 8),
                       static_cast<char>(v)};
  };
  return "PRPC" + big(m.size() + message.size() + attachment) + big(m.size()) + m + message +
         std::string(attachment, 'a');
}

std::vector<std::string> seeds() {
  wire::FileInfo info;
  info.id = 3;
  info.fileName = "v";
  info.owner = "u";
  info.chunkSize = 1u << 24;
  info.segmentSize = 1u << 30;
  info.length = uint64_t{10} << 30;
  info.stripeUnit = 65536;
  info.stripeCount = 2;
  info.throttleParams = wire::FileThrottleParams{{{wire::ThrottleType{1}, 2000, 1, 2}}};
  wire::PageFileSegment segment{1, 0, 1u << 30, 1u << 24, {{1, 2}, {2, 3}}};
  wire::ChunkServerLocation location{1, "127.0.0.1", 8200, std::string("127.0.0.1")};
  const std::string open =
      wire::encode(wire::OpenFileResponse{{mds::Status{0}}, wire::ProtoSession{"", 5000000, 1, {0}}, info, std::nullopt});
  std::vector<std::string> bodies = {
      wire::encode(info),
      open,
      wire::encode(wire::GetOrAllocateSegmentResponse{{mds::Status{0}}, segment}),
      wire::encode(wire::GetChunkServerListInCopySetsResponse{{topology::Status{0}}, {{1, {location, location}}}}),
      wire::encode(wire::ListDirResponse{{mds::Status{0}}, {info, info}}),
      wire::encode(wire::ChunkResponse{{chunk::Status{1}}, std::string("127.0.0.1:8200:0")}),
      wire::encode(wire::GetLeaderResponse{{std::nullopt, std::string("127.0.0.1:8200:0")}}),
      wire::encode(wire::GetAllocatedSizeResponse{{mds::Status{0}}, 7, {{1, 7}}}),
      frame(1, "", 1) + frame(2, open, 701) + frame(3, "", 1401) + frame(9, "x", 3000) + frame(4, "\x08", 2101),
      frame(4, "", 2101) + frame(3, "", 1401) + frame(1, "", 5),
      "mds.listen.addr=127.0.0.1:6666,127.0.0.2:7\nmds.rpcTimeoutMS = 12abc # x\n#c\ndiscard.enable=TRUE\n",
  };
  std::vector<std::string> all;
  for (const std::string& body : bodies) {
    for (char reader = 0; reader < 12; reader++) all.push_back(std::string{reader, 3} + body);
    all.push_back(body);
  }
  return all;
}

std::string mutate(std::string s, std::minstd_rand& random) {
  for (unsigned n = random() % 6; n > 0 && !s.empty(); n--) {
    const size_t at = random() % s.size();
    switch (random() % 6) {
      case 0:
        s[at] = static_cast<char>(random());
        break;
      case 1:
        s[at] = static_cast<char>(s[at] ^ (1 << random() % 8));
        break;
      case 2:
        s.erase(at, random() % 9);
        break;
      case 3:
        s.insert(at, s.substr(random() % s.size(), random() % 40));
        break;
      case 4:
        s.insert(at, 1 + random() % 11, static_cast<char>(0xff));
        break;
      default:
        s.resize(at);
    }
  }
  return s;
}

}  // namespace

int main(int argc, char** argv) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(argc > 1 ? std::atoi(argv[1]) : 10);
  std::vector<std::string> corpus = seeds();
  std::minstd_rand random(std::random_device{}());
  unsigned long runs = 0;
  for (const std::string& seed : corpus) LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(seed.data()), seed.size());
  while (std::chrono::steady_clock::now() < end) {
    for (int i = 0; i < 1000; i++, runs++) {
      const std::string input = mutate(corpus[random() % corpus.size()], random);
      LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
    }
  }
  std::printf("%lu inputs\n", runs);
}
