// GET /health on a chunkserver's port: is the process alive although its RPCs time out?
#pragma once

#include <functional>
#include <string>

#include "net/endpoint.h"
#include "net/loop.h"

namespace curve {

class HealthProbe final : private net::Watcher {
 public:
  // `done(healthy)` runs once, unless the probe is destroyed first, and may destroy it.
  HealthProbe(net::Loop& loop, const net::Endpoint& endpoint, net::Micros timeout, std::function<void(bool)> done);
  ~HealthProbe();

 private:
  void onReady(uint32_t readiness) override;
  void finish(bool healthy);

  net::Loop& loop_;
  std::function<void(bool)> done_;
  net::Fd fd_;
  net::Loop::Timer timer_{};
  std::string request_, reply_;
};

}  // namespace curve
