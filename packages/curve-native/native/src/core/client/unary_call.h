// One RPC of a caller to one server, sent once.
#pragma once

#include <functional>
#include <string>

#include "context.h"
#include "failure.h"
#include "mds/raw_call.h"

namespace curve {

class UnaryCall final : private net::Rpc {
 public:
  using Done = std::function<void(const Outcome&, std::string reply, std::string attachment)>;

  UnaryCall(Context& context, const net::Endpoint& server, mds::RawCall call, Done done);
  // After this the callback does not run.
  ~UnaryCall() { channel_.cancel(*this); }
  void start();

 private:
  void onReply(const net::RpcReply& reply) override;

  Context& context_;
  net::Channel& channel_;
  const mds::RawCall call_;
  std::string attachment_;
  Done done_;
};

}  // namespace curve
