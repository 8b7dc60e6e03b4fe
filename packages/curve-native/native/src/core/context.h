// What every part of one client shares. All of it belongs to the client's I/O thread.
#pragma once

#include <string>

#include "config/config.h"
#include "net/channel.h"
#include "net/loop.h"
#include "stats.h"
#include "turns.h"
#include "waits.h"

namespace curve {

// How the MDS tells the mounts of one host apart: it connects to nobody by these.
struct Registration {
  std::string ip;
  uint32_t port = 0;
  // Nobody else has this UDP port while it is open. No TCP port is taken from anybody.
  net::Fd reserved;
};

struct Context {
  explicit Context(Config c) : config(std::move(c)), transport(loop, stats) {}

  const Config config;
  net::Loop loop;
  Stats stats;
  Waits waits;
  net::Transport transport;
  Registration registration;
  // Calls that an MDS makes wait for one another if they are about the same volume: once each of its threads (9, if nobody
  // says otherwise) has to wait for such a call, it never answers anybody again.
  Turns volumeCalls{loop, 4};
};

}  // namespace curve
