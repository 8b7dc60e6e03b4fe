// For ThreadSanitizer: clients driven, canceled and stopped from several threads while their own threads are busy
// with a server that answers, stays silent or hangs up, and while others do their work for them; and one that breaks down,
// for lack of memory.
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <new>
#include <thread>
#include <vector>

#include "client/client.h"

namespace {

using namespace curve;

// Answers GetClusterInfo with an empty frame of the caller's correlation id 1…; every third connection is dropped.
class Server {
 public:
  Server() {
    listener_ = net::Fd(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address = net::Endpoint{INADDR_LOOPBACK, 0}.socketAddress();
    ::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_.get(), 64);
    socklen_t size = sizeof address;
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Server() {
    stopping_ = true;
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  uint16_t port = 0;

 private:
  void serve() {
    std::vector<net::Fd> open;
    for (int n = 0; !stopping_; n++) {
      net::Fd socket(::accept(listener_.get(), nullptr, nullptr));
      if (!socket || n % 3 == 0) continue;
      // `statusCode: 0, clusterId: "c1"` for the first two calls of this connection.
      static const unsigned char reply[] = "PRPC\0\0\0\x0c\0\0\0\x06\x12\2\x08\0\x20\1\x08\0\x12\2c1"
                                           "PRPC\0\0\0\x0c\0\0\0\x06\x12\2\x08\0\x20\2\x08\0\x12\2c1";
      if (n % 3 == 1) ::send(socket.get(), reply, sizeof reply - 1, MSG_NOSIGNAL);
      open.push_back(std::move(socket));
    }
  }

  net::Fd listener_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

Config configFor(uint16_t port) {
  Settings settings = sampleSettings();
  settings["mds.listen.addr"] = "127.0.0.1:" + std::to_string(port);
  settings["mds.rpcTimeoutMS"] = "5";
  settings["mds.rpcRetryIntervalUS"] = "500";
  Config config;
  std::string error;
  if (!makeConfig(settings, config, error)) std::abort();
  return config;
}

Command clusterId(uint64_t id) {
  Command command;
  command.op = Op::clusterId;
  command.id = id;
  command.deadlineMs = 50;
  command.arguments = std::make_unique<Arguments>();
  return command;
}

// What is thrown on the client's thread ends no process, and leaves no call without an outcome.
void breakDown(uint16_t port) {
  std::string error;
  std::atomic<bool> thrown{false};
  std::promise<std::string> outcomes[3];
  auto client = Client::create(
      configFor(port),
      [&](std::vector<Completed>& batch) {
        if (!thrown.exchange(true)) throw std::bad_alloc();
        for (Completed& one : batch) {
          outcomes[one.id].set_value(one.result.failure ? one.result.failure->message : "");
        }
      },
      error);
  client->submit(clusterId(0));
  outcomes[0].get_future().wait();
  client->submit(clusterId(1));
  if (outcomes[1].get_future().get().find("broken down") == std::string::npos) std::abort();
  Command uninit;
  uninit.op = Op::uninit;
  uninit.id = 2;
  client->submit(std::move(uninit));
  if (outcomes[2].get_future().get() != "") std::abort();
}

void round(uint16_t port) {
  const Config config = configFor(port);
  std::string error;
  constexpr int kThreads = 4, kCalls = 50;
  std::atomic<int> completed{0};
  std::array<std::atomic<bool>, kThreads * kCalls + 1> heard{};
  auto client = Client::create(
      config,
      [&](std::vector<Completed>& batch) {
        completed += static_cast<int>(batch.size());
        for (const Completed& one : batch) heard[one.id] = true;
      },
      error);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; t++) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kCalls; i++) {
        Command command;
        command.op = i % 4 == 0 ? Op::open : Op::clusterId;
        command.id = static_cast<uint64_t>(t * kCalls + i + 1);
        // One thread, or all of them, wait for each of their calls.
        const bool waited = command.attended = t == 0 || i >= kCalls / 2;
        command.deadlineMs = waited || i % 5 == 0 ? 3 : 0;
        command.arguments = std::make_unique<Arguments>();
        command.arguments->path = "/v";
        command.arguments->user.owner = "u";
        const uint64_t id = command.id;
        client->submit(std::move(command));
        if (i % 3 == 0) client->cancel(id);
        while (waited && !heard[id]) {
          i % 2 ? client->attend([&] { return heard[id].load(); }) : void(client->attend());
          std::this_thread::yield();
        }
        if (i % 10 == 0) std::this_thread::yield();
        if (client->stats().callsInFlight.load() > 1000) std::abort();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  client.reset();
  if (completed != kThreads * kCalls) std::abort();
}

}  // namespace

int main(int argc, char** argv) {
  Server server;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(argc > 1 ? std::atoi(argv[1]) : 5);
  breakDown(server.port);
  int rounds = 0;
  for (; std::chrono::steady_clock::now() < end; rounds++) round(server.port);
  std::printf("%d rounds\n", rounds);
}
