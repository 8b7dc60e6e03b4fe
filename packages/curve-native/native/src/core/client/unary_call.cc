#include "client/unary_call.h"

#include <utility>

namespace curve {

UnaryCall::UnaryCall(Context& context, const net::Endpoint& server, mds::RawCall call, Done done)
    : context_(context), channel_(context.transport.to(server)), call_(std::move(call)), done_(std::move(done)) {}

void UnaryCall::start() {
  attachment_.resize(call_.attachmentSize);
  target = reinterpret_cast<uint8_t*>(attachment_.data());
  targetSize = attachment_.size();
  channel_.start(*this, {call_.service.c_str(), call_.method.c_str()}, std::nullopt, call_.message,
                 std::chrono::milliseconds(context_.config.chunkRpcTimeoutMs));
}

void UnaryCall::onReply(const net::RpcReply& reply) {
  Outcome failure;
  if (reply.error != rpc::kNone) {
    failure = Failure::of(call_.method.c_str(), reply.error);
    failure->message += " of " + channel_.endpoint().text();
    failure->attempts = 1;
  }
  if (reply.attachmentSize != attachment_.size()) attachment_.clear();
  // The callback may destroy this.
  const auto done = std::move(done_);
  done(failure, std::string(reply.message), std::move(attachment_));
}

}  // namespace curve
