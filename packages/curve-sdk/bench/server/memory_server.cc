// A cluster that answers from memory as fast as one thread can, so that what is measured is the client.
// Prints its ports, the MDS's first, and ends with its standard input.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

#include <cstdio>
#include <memory>
#include <unordered_map>

#include "connection.h"

namespace {

constexpr int kChunkservers = 3;

int listenSomewhere(uint16_t& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), size);
  ::listen(fd, 64);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return fd;
}

class Server {
 public:
  Server() {
    for (int i = 0; i <= kChunkservers; i++) {
      uint16_t port;
      const int fd = listenSomewhere(port);
      watch(fd, EPOLLIN, EPOLL_CTL_ADD);
      listeners_.push_back(fd);
      if (i > 0) cluster_.chunkservers.push_back(port);
      std::printf(i < kChunkservers ? "%d " : "%d\n", port);
    }
    std::fflush(stdout);
    watch(STDIN_FILENO, EPOLLIN, EPOLL_CTL_ADD);
  }

  void run() {
    for (;;) {
      epoll_event events[64];
      const int count = ::epoll_wait(epoll_, events, 64, -1);
      for (int i = 0; i < count; i++) {
        const int fd = events[i].data.fd;
        if (fd == STDIN_FILENO) return;
        if (std::find(listeners_.begin(), listeners_.end(), fd) != listeners_.end()) {
          accept(fd);
        } else {
          serve(fd);
        }
      }
    }
  }

 private:
  void watch(int fd, uint32_t interest, int change) {
    epoll_event event{};
    event.events = interest;
    event.data.fd = fd;
    ::epoll_ctl(epoll_, change, fd, &event);
  }

  void accept(int listener) {
    const int fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
    if (fd < 0) return;
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connections_[fd] = std::make_unique<bench::Connection>(fd, cluster_);
    watch(fd, EPOLLIN, EPOLL_CTL_ADD);
  }

  void serve(int fd) {
    const auto wants = connections_[fd]->serve();
    if (wants == bench::Connection::Wants::end) {
      connections_.erase(fd);
      wanted_.erase(fd);
      return;
    }
    const uint32_t interest = wants == bench::Connection::Wants::output ? EPOLLOUT : EPOLLIN;
    uint32_t& now = wanted_.emplace(fd, EPOLLIN).first->second;
    if (now != interest) watch(fd, now = interest, EPOLL_CTL_MOD);
  }

  const int epoll_ = ::epoll_create1(0);
  bench::Cluster cluster_;
  std::vector<int> listeners_;
  std::unordered_map<int, std::unique_ptr<bench::Connection>> connections_;
  std::unordered_map<int, uint32_t> wanted_;
};

}  // namespace

int main() { Server().run(); }
