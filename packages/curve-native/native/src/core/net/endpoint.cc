#include "net/endpoint.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>

namespace curve::net {

std::string Endpoint::ipText() const {
  char text[INET_ADDRSTRLEN] = "";
  const in_addr address{htonl(ip)};
  ::inet_ntop(AF_INET, &address, text, sizeof text);
  return text;
}

std::string Endpoint::text() const { return ipText() + ":" + std::to_string(port); }

sockaddr_in Endpoint::socketAddress() const {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(ip);
  return address;
}

std::optional<Endpoint> Endpoint::of(std::string_view ip, uint32_t port) {
  in_addr address{};
  if (port == 0 || port > 65535 || ::inet_pton(AF_INET, std::string(ip).c_str(), &address) != 1) return std::nullopt;
  return Endpoint{ntohl(address.s_addr), static_cast<uint16_t>(port)};
}

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(colon + 1);
  uint32_t port = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), port);
  if (error != std::errc{} || (end != rest.data() + rest.size() && *end != ':')) return std::nullopt;
  return of(text.substr(0, colon), port);
}

Fd tcpSocket() {
  Fd fd(::socket(AF_INET, SOCK_STREAM, 0));
  if (fd) {
    ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
    ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
  }
  return fd;
}

Fd connectTo(const Endpoint& endpoint, int& error) {
  Fd fd = tcpSocket();
  error = errno;
  if (!fd) return fd;
  const int on = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
#ifdef SO_NOSIGPIPE
  ::setsockopt(fd.get(), SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
  const sockaddr_in address = endpoint.socketAddress();
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 || errno == EINPROGRESS) {
    error = 0;
    return fd;
  }
  error = errno;
  return Fd();
}

int connectResult(const Fd& fd) {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

std::string localAddressTowards(const Endpoint& peer) {
  Fd fd(::socket(AF_INET, SOCK_DGRAM, 0));
  const sockaddr_in to = peer.socketAddress();
  sockaddr_in from{};
  socklen_t size = sizeof from;
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 ||
      ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&from), &size) != 0) {
    return "";
  }
  return Endpoint{ntohl(from.sin_addr.s_addr), 0}.ipText();
}

}  // namespace curve::net
