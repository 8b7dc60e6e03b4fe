// IPv4 address and port; the only kind Curve's messages carry.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "net/fd.h"

struct sockaddr_in;

namespace curve::net {

struct Endpoint {
  uint32_t ip = 0;  // host order
  uint16_t port = 0;

  bool operator==(const Endpoint& o) const { return ip == o.ip && port == o.port; }
  bool operator<(const Endpoint& o) const { return ip != o.ip ? ip < o.ip : port < o.port; }
  std::string ipText() const;
  std::string text() const;
  sockaddr_in socketAddress() const;

  static std::optional<Endpoint> of(std::string_view ip, uint32_t port);
  // `ip:port`, or Raft's `ip:port:index` with the index ignored.
  static std::optional<Endpoint> parse(std::string_view text);
};

// Starts a non-blocking connect of a socket that is not passed on to other programs. On failure the result is empty and `error` the errno-like code.
Fd connectTo(const Endpoint& endpoint, int& error);
// The outcome of a connect once the socket is writable: 0 or an errno.
int connectResult(const Fd& fd);
// A UDP socket towards `peer`, and its own end: this host's address on the way there, and a port that no other socket of
// this kind has. Asks the routing table, sends nothing. On failure the result is empty and `error` the errno.
Fd datagramSocketTowards(const Endpoint& peer, Endpoint& own, int& error);

}  // namespace curve::net
