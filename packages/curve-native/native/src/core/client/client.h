// A client of one cluster: its thread, its open volumes, and the commands it is working on.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "client/command.h"
#include "client/epoch_broadcast.h"
#include "client/nbd_connection.h"
#include "client/unary_call.h"
#include "context.h"
#include "mds/mds_client.h"
#include "volume/descriptor.h"
#include "volume/io.h"

namespace curve {

class Client {
 public:
  // Hears of all commands that have completed in one round of the client's thread, on that thread. Nothing refers to
  // their buffers any more. If it throws, it has taken none of them.
  using Listener = std::function<void(std::vector<Completed>&)>;

  // Null with a reason when the configuration cannot work, or the system has no more to give. Starts the thread.
  static std::unique_ptr<Client> create(Config config, Listener listener, std::string& error);
  // Both end the thread at once: commands still under way complete as canceled, volumes stay open at the MDS until
  // their mount records expire. `uninit` is the orderly way.
  ~Client() { stop(); }
  void stop();

  // From any thread. The listener hears of it exactly once. True when the client's thread leaves it to the caller to
  // attend to it, for a short while.
  bool submit(Command command);
  // From any thread: lends the client's thread a hand, if it waits for that, and returns when nothing is left to do; or,
  // of a thread that has nothing else to do, when the listener has brought about `done`. False when it needs no hand.
  bool attend() { return context_.loop.attend(); }
  void attend(const std::function<bool()>& done) { context_.loop.drive(done); }
  // Readable when there is something to attend to; -1 on systems where there never is.
  int descriptor() const { return context_.loop.descriptor(); }
  void cancel(uint64_t id);
  const Stats& stats() const { return context_.stats; }
  const Waits& waits() const { return context_.waits; }
  const std::vector<net::Endpoint>& mdsAddresses() const { return context_.config.mdsAddresses; }

 private:
  struct Operation {
    Command command;
    net::Clock::time_point start;
    net::Loop::Timer deadline{};
    mds::MdsClient* mds = nullptr;
    mds::MdsClient::Token token = 0;
    std::unique_ptr<mds::MdsClient> ownMds;  // of a volume being opened
    std::unique_ptr<EpochBroadcast> broadcast;
    std::unique_ptr<EpochRaise> raise;
    std::unique_ptr<UnaryCall> unary;
    std::unique_ptr<NbdConnection> nbd;
    Io io;
  };
  using Operations = std::unordered_map<uint64_t, Operation>;

  Client(Config config, Listener listener);
  bool registerAddress(std::string& error);
  void breakDown(const char* reason);
  void beginSubmitted();
  Operation& addOperation(uint64_t id);
  void begin(Command command);
  void dispatch(Operation& operation);
  void settle(uint64_t id, Result result);
  void tell();
  void abort(uint64_t id, Failure failure);
  uint64_t attempts(const Operation& operation);
  void abortAll(const Failure& failure);

  // Calls that are one MDS call; client_namespace.cc.
  void dispatchNamespace(Operation& operation);
  template <class Response, class Request>
  void ask(Operation& operation, const wire::Method& method, Request request,
           std::function<void(Response&, Result&)> take = nullptr,
           std::function<bool(const Response&)> again = nullptr);
  void createFile(Operation& operation, bool directory);
  void findSegment(Operation& operation);
  void findMountPoints(Operation& operation);
  void increaseEpoch(Operation& operation);
  void callUnary(Operation& operation);

  // Calls about a descriptor; client_volume.cc.
  void open(Operation& operation);
  void opened(uint64_t id, const Outcome& failure, wire::OpenFileResponse& response);
  void addDescriptor(uint64_t id, Volume::Opening opening, const wire::ProtoSession& session);
  std::shared_ptr<Volume> volumeOf(Operation& operation, Volume::Opening opening);
  void close(Operation& operation);
  void statFd(Operation& operation);
  void transfer(Operation& operation);
  void discard(Operation& operation);

  // Calls about clients of NBD, and about what they must not meet; client_nbd.cc.
  void holdWrites(Operation& operation);
  void releaseWrites(Operation& operation);
  void nbdServe(Operation& operation);
  void nbdNext(Operation& operation);
  void nbdReply(Operation& operation);
  void nbdEnd(Operation& operation);
  NbdConnection* nbdConnection(uint64_t id);
  void uninit(Operation& operation);
  void finishUninit();
  Descriptor* find(int64_t fd);
  // Null once it is closed, or about to be.
  Descriptor* findOpen(int64_t fd);
  // Open volumes by inode or path; null if there is none.
  std::shared_ptr<Volume> volumeById(uint64_t fileId);
  std::shared_ptr<Volume> volumeAt(const std::string& path);

  Operation* operation(uint64_t id);
  void fail(Operation& operation, Failure failure) { settle(operation.command.id, Result{std::move(failure)}); }

  Context context_;
  mds::MdsClient mds_;
  bool ended_ = false;  // uninit has been called
  // Why no call can be made any more.
  Outcome broken_;
  int64_t nextFd_ = 0;
  std::map<int64_t, std::unique_ptr<Descriptor>> descriptors_;
  nbd::Service nbd_;
  // By inode; kept by their descriptors.
  std::unordered_map<uint64_t, std::weak_ptr<Volume>> volumes_;
  // The highest epoch that this client was granted for an inode.
  std::unordered_map<uint64_t, uint64_t> granted_;
  // After the descriptors: an operation's I/O refers to its descriptor and must go first.
  Operations operations_;
  // The memory of operations that have ended.
  std::vector<Operations::node_type> spare_;
  const Listener listener_;
  std::vector<Completed> completed_;
  std::vector<Command> beginning_;
  std::thread thread_;

  std::mutex mutex_;
  std::vector<Command> submitted_;
};

}  // namespace curve
