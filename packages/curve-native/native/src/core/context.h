// What every part of one client shares. All of it belongs to the client's I/O thread.
#pragma once

#include <string>

#include "config/config.h"
#include "net/channel.h"
#include "net/loop.h"
#include "stats.h"

namespace curve {

// How the MDS tells mounts of one host apart; see lease.h.
struct Registration {
  std::string ip;
  uint32_t port = 0;
  net::Fd reserved;
};

struct Context {
  explicit Context(Config c) : config(std::move(c)), transport(loop, stats) {}

  const Config config;
  net::Loop loop;
  Stats stats;
  net::Transport transport;
  Registration registration;
};

}  // namespace curve
