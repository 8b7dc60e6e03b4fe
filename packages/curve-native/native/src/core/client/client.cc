#include "client/client.h"

#include <pthread.h>

#include <exception>
#include <system_error>
#include <utility>

namespace curve {

namespace {
constexpr size_t kMaxSpare = 1024;
constexpr uint64_t kSmallTransfer = 64 << 10;
// A program that makes one call after the other soon makes the next.
constexpr net::Micros kLoan{2000};

// Keeps the memory for the next time, unless it was an unusually large burst.
template <class T>
void clear(std::vector<T>& items) {
  if (items.capacity() > kMaxSpare) items = std::vector<T>();
  items.clear();
}

// What top, perf and debuggers show.
void nameThread(const char* name) {
#ifdef __APPLE__
  ::pthread_setname_np(name);
#else
  ::pthread_setname_np(::pthread_self(), name);
#endif
}
}  // namespace

Client::Client(Config config, Listener listener)
    : context_(std::move(config)), mds_(context_), nbd_(context_.loop, context_.stats), listener_(std::move(listener)) {}

std::unique_ptr<Client> Client::create(Config config, Listener listener, std::string& error) {
  try {
    std::unique_ptr<Client> client(new Client(std::move(config), std::move(listener)));
    if (const int code = client->context_.loop.error(); code != 0) {
      error = "cannot start an event loop: " + std::generic_category().message(code);
      return nullptr;
    }
    if (client->context_.config.registerToMds && !client->registerAddress(error)) return nullptr;
    client->thread_ = std::thread([c = client.get()] {
      nameThread("curve-io");
      c->context_.loop.run([c](const std::exception& e) { c->breakDown(e.what()); });
    });
    return client;
  } catch (const std::exception& e) {
    error = std::string("cannot start a client: ") + e.what();
    return nullptr;
  }
}

bool Client::registerAddress(std::string& error) {
  net::Endpoint own;
  int code = 0;
  context_.registration.reserved = net::datagramSocketTowards(context_.config.mdsAddresses[0], own, code);
  if (!context_.registration.reserved) {
    error = "no address to register with the MDS: " + std::generic_category().message(code);
    return false;
  }
  context_.registration.ip = own.ipText();
  context_.registration.port = own.port;
  return true;
}

// Memory has run out, or the system fails: nobody knows what was left half done, so no call goes on. But each is told.
void Client::breakDown(const char* reason) {
  // What was being told may not have been heard.
  if (!completed_.empty()) context_.loop.defer([this] { tell(); });
  broken_ = Failure::refused(libcurve::kFailed, std::string("the client has broken down: ") + reason);
  abortAll(*broken_);
  finishUninit();
}

void Client::stop() {
  if (!thread_.joinable()) return;
  context_.loop.post([this] {
    abortAll(Failure::canceled());
    finishUninit();
    context_.loop.stop();
  });
  thread_.join();
}

bool Client::submit(Command command) {
  // With others under way it is cheaper to begin them together, and what takes long is not for the caller's thread.
  const bool here = context_.stats.callsInFlight++ == 0 && command.length <= kSmallTransfer;
  bool first;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    first = submitted_.empty();
    submitted_.push_back(std::move(command));
  }
  const auto task = [this] { beginSubmitted(); };
  if (first && here) return context_.loop.runHere(task);
  if (first) context_.loop.post(task);
  return false;
}

void Client::cancel(uint64_t id) {
  context_.loop.post([this, id] { abort(id, Failure::canceled()); });
}

void Client::beginSubmitted() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    beginning_.swap(submitted_);
  }
  for (Command& command : beginning_) begin(std::move(command));
  clear(beginning_);
}

Client::Operation& Client::addOperation(uint64_t id) {
  if (spare_.empty()) return operations_[id];
  Operations::node_type node = std::move(spare_.back());
  spare_.pop_back();
  node.key() = id;
  return operations_.insert(std::move(node)).position->second;
}

void Client::begin(Command command) {
  const uint64_t id = command.id;
  Operation& op = addOperation(id);
  op.command = std::move(command);
  op.start = context_.loop.now();
  if (!op.command.attended || operations_.size() > 1) context_.loop.endLoan();
  if (op.command.deadlineMs > 0 && op.command.op != Op::uninit) {
    op.deadline = context_.loop.after(std::chrono::milliseconds(op.command.deadlineMs),
                                      [this, id] { abort(id, Failure::timedOut()); });
  }
  dispatch(op);
}

void Client::dispatch(Operation& op) {
  if (ended_ && op.command.op != Op::uninit) return fail(op, Failure::ended());
  if (broken_ && op.command.op != Op::uninit) return fail(op, *broken_);
  switch (op.command.op) {
    case Op::open:
      return open(op);
    case Op::close:
      return close(op);
    case Op::statFd:
      return statFd(op);
    case Op::read:
    case Op::write:
      return transfer(op);
    case Op::discard:
      return discard(op);
    case Op::holdWrites:
      return holdWrites(op);
    case Op::releaseWrites:
      return releaseWrites(op);
    case Op::nbdServe:
      return nbdServe(op);
    case Op::nbdNext:
      return nbdNext(op);
    case Op::nbdReply:
      return nbdReply(op);
    case Op::nbdEnd:
      return nbdEnd(op);
    case Op::uninit:
      return uninit(op);
    default:
      return dispatchNamespace(op);
  }
}

void Client::settle(uint64_t id, Result result) {
  auto node = operations_.extract(id);
  if (node.empty()) return;
  Operation& op = node.mapped();
  context_.loop.cancel(op.deadline);
  if (op.mds) std::exchange(op.mds, nullptr)->cancel(op.token);
  // Everything that refers to the caller's buffer goes before the caller is told.
  op.io.end();
  op.broadcast.reset();
  op.raise.reset();
  op.unary.reset();
  const uint64_t waiter = op.nbd ? op.nbd->takeWaiter() : 0;
  op.nbd.reset();
  op.command.arguments.reset();
  // This may be the callback of one of its calls, which it must outlive.
  if (op.ownMds) context_.loop.defer([mds = std::shared_ptr<mds::MdsClient>(std::move(op.ownMds))] {});
  if (--context_.stats.callsInFlight == 0 && op.command.attended) context_.loop.lend(kLoan);
  completed_.push_back({id, op.command.op, std::move(result)});
  if (spare_.size() < kMaxSpare) spare_.push_back(std::move(node));
  // Told at the end of the round, together with whatever else completes in it.
  if (completed_.size() == 1) context_.loop.defer([this] { tell(); });
  if (waiter != 0) settle(waiter, Result{});
}

void Client::tell() {
  if (completed_.empty()) return;
  listener_(completed_);
  clear(completed_);
}

void Client::abort(uint64_t id, Failure failure) {
  if (const Operation* op = operation(id)) {
    failure.attempts = attempts(*op);
    if (op->broadcast) failure.message += "; " + op->broadcast->unreached();
  }
  settle(id, Result{std::move(failure)});
}

uint64_t Client::attempts(const Operation& op) {
  if (op.io.active()) return op.io.attempts();
  if (op.broadcast) return op.broadcast->attempts();
  if (op.mds) return op.mds->attempts(op.token);
  if (op.unary) return 1;
  const Descriptor* closing = op.command.op == Op::close ? find(op.command.fd) : nullptr;
  return closing ? closing->closeAttempts() : 0;
}

// All but uninit, which waits for nobody's answer.
void Client::abortAll(const Failure& failure) {
  std::vector<uint64_t> ids;
  for (const auto& [id, op] : operations_) {
    if (op.command.op != Op::uninit) ids.push_back(id);
  }
  for (const uint64_t id : ids) abort(id, failure);
}

Client::Operation* Client::operation(uint64_t id) {
  const auto it = operations_.find(id);
  return it == operations_.end() ? nullptr : &it->second;
}

}  // namespace curve
