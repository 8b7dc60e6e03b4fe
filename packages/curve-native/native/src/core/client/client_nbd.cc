#include <iterator>
#include <string>
#include <utility>

#include "client/client.h"

namespace curve {

namespace {
const char* nameOf(nbd::Transmission::End end) {
  switch (end) {
    case nbd::Transmission::End::nonsense:
      return "nonsense";
    case nbd::Transmission::End::unfinished:
      return "unfinished";
    case nbd::Transmission::End::unread:
      return "unread";
    default:
      return "gone";
  }
}
}  // namespace

Descriptor* Client::findOpen(int64_t fd) {
  Descriptor* descriptor = find(fd);
  return descriptor && !descriptor->isClosed() ? descriptor : nullptr;
}

void Client::holdWrites(Operation& op) {
  const Command& c = op.command;
  Descriptor* descriptor = findOpen(c.fd);
  if (!descriptor) return fail(op, Failure::refused(libcurve::kBadFd, "no open volume " + std::to_string(c.fd)));
  descriptor->volume().holds().hold(c.id, c.offset, c.offset + c.length, [this, id = c.id] { settle(id, Result{}); });
}

// Whatever has become of the descriptor or the hold.
void Client::releaseWrites(Operation& op) {
  const uint64_t id = op.command.id;
  if (Descriptor* descriptor = find(op.command.fd)) descriptor->volume().holds().release(op.command.offset);
  settle(id, Result{});
}

void Client::nbdServe(Operation& op) {
  const uint64_t id = op.command.id;
  const int64_t fd = op.command.fd;
  // From now on it is never long until something is to be done.
  context_.loop.endLoan();
  if (!findOpen(fd)) return fail(op, Failure::refused(libcurve::kBadFd, "no open volume " + std::to_string(fd)));
  nbd::Terms& terms = op.command.arguments->terms;
  if (!terms.socket) return fail(op, Failure::refused(libcurve::kFailed, "the system has no descriptor left"));
  NbdConnection::Events events;
  events.descriptor = [this, fd] { return findOpen(fd); };
  events.handedUp = [this, id](uint64_t waiter) {
    Result result;
    result.answer = std::make_unique<Answer>();
    result.answer->requests = nbdConnection(id)->transmission().pickUp();
    settle(waiter, std::move(result));
  };
  events.over = [this, id](nbd::Transmission::End end) {
    Result result;
    result.answer = std::make_unique<Answer>();
    result.answer->text = nameOf(end);
    settle(id, std::move(result));
  };
  op.nbd = std::make_unique<NbdConnection>(nbd_, std::move(terms), std::move(events));
  op.nbd->transmission().start();
}

NbdConnection* Client::nbdConnection(uint64_t id) {
  Operation* op = operation(id);
  return op ? op->nbd.get() : nullptr;
}

// Without an answer: there will be none any more.
void Client::nbdNext(Operation& op) {
  const uint64_t id = op.command.id;
  NbdConnection* connection = nbdConnection(static_cast<uint64_t>(op.command.fd));
  if (!connection) return settle(id, Result{});
  Result result;
  result.answer = std::make_unique<Answer>();
  result.answer->requests = connection->transmission().pickUp();
  if (result.answer->requests.empty()) return connection->setWaiter(id);
  settle(id, std::move(result));
}

// To nobody, if the client has gone.
void Client::nbdReply(Operation& op) {
  const Command& c = op.command;
  NbdConnection* connection = nbdConnection(static_cast<uint64_t>(c.fd));
  if (connection) connection->transmission().reply(c.offset, c.data, c.length);
  settle(c.id, Result{});
}

// `length`: whether at once.
void Client::nbdEnd(Operation& op) {
  const Command& c = op.command;
  if (NbdConnection* connection = nbdConnection(static_cast<uint64_t>(c.fd))) {
    c.length > 0 ? connection->transmission().destroy() : connection->transmission().end();
  }
  settle(c.id, Result{});
}

}  // namespace curve
