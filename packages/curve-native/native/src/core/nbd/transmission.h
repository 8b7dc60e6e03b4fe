// One NBD client from the end of its handshake to its own, on the client's thread: reads and writes of whole blocks go
// between its socket and the cluster; every other request, and what fails, is handed up to whoever knows what to do.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <vector>

#include "failure.h"
#include "nbd/handed_up.h"
#include "nbd/intake.h"
#include "nbd/protocol.h"
#include "nbd/service.h"
#include "nbd/terms.h"
#include "net/fd.h"
#include "net/loop.h"
#include "volume/descriptor.h"
#include "volume/io.h"
#include "volume/write_holds.h"

namespace curve::nbd {

class Transmission final : private net::Watcher, private Service::Attendant, private Service::Waiter {
 public:
  // Why it is over: the client has gone or the server has ended it, it sent no request where one should be, it left one
  // unfinished, or it took no replies.
  enum class End { gone, nonsense, unfinished, unread };

  class Host {
   public:
    // Null once it is closed, or about to be.
    virtual Descriptor* descriptor() = 0;
    // There is something to pick up.
    virtual void handedUp() = 0;
    // Nothing is under way any more, and nothing will be. May destroy the transmission.
    virtual void over(End end) = 0;

   protected:
    ~Host() = default;
  };

  Transmission(Service& service, Host& host, Terms terms);
  ~Transmission();

  void start();
  // Takes no more requests, answers those under way, and ends the connection.
  void end();
  // Ends the connection at once; what is under way goes on.
  void destroy(End why = End::gone);
  std::vector<HandedUp> pickUp();
  // Answers what was picked up. False if it was not, or was answered.
  bool reply(uint64_t number, const uint8_t* bytes, size_t size);

 private:
  // A request, until its reply has been sent.
  class Exchange final : public WriteHolds::Write {
   public:
    Exchange(Transmission& owner, uint64_t number) : owner(owner), number(number) {}

    Transmission& owner;
    const uint64_t number;
    Request request;
    net::Clock::time_point begun;
    Io io;
    Intake::Data data;
    // Of its volume, while it is a write under way.
    WriteHolds* holds = nullptr;
    Outcome failure;
    bool isHandedUp = false, wasPickedUp = false;
    // The reply: a header here, or all of it elsewhere.
    std::array<uint8_t, kSimpleReplySize> head;
    const uint8_t* reply = nullptr;
    size_t replySize = 0, sent = 0;

   private:
    void mayBegin() override { owner.write(*this); }
  };

  void onReady(uint32_t readiness) override;
  void onRoom() override;
  void attend() override;

  void receive();
  ssize_t receiveIn(iovec* buffers, int count);
  void pump();
  bool step();
  bool isRoomFor(const Request& request);
  void begin(const Request& request);
  void receivedData();
  bool isDoable(const Request& request) const;
  void read(Exchange& exchange);
  void write(Exchange& exchange);
  void ioDone(Exchange& exchange, const Outcome& failure);
  void succeed(Exchange& exchange);
  void handUp(Exchange& exchange);
  void queueReply(Exchange& exchange, const uint8_t* bytes, size_t size);
  void flush();
  void done(Exchange& exchange);
  void dropIncoming();
  void endIfIdle();
  void close();
  void updateInterest();
  bool wantsInput() const { return fd_ && !hasAll_ && (isEnding_ || !waits_); }
  void watchStall();
  void stalled();
  void count(Count what, uint64_t more);
  static uint64_t memoryOf(const Request& request);

  Service& service_;
  Host& host_;
  Terms terms_;
  net::Fd fd_;
  Intake intake_;
  // Of what had been received before, so much has been taken.
  size_t early_ = 0;
  std::deque<Exchange> exchanges_;
  std::vector<Exchange*> free_;
  // A write whose data is coming in.
  Exchange* incoming_ = nullptr;
  std::vector<Exchange*> handedUp_;
  std::deque<Exchange*> replies_;
  uint64_t requests_ = 0, bytes_ = 0;
  uint32_t interest_ = 0;
  End why_ = End::gone;
  // The client has said all that it will.
  bool hasAll_ = false;
  // No more requests are taken.
  bool isEnding_ = false;
  // There is no room for the next request.
  bool waits_ = false;
  bool isBlocked_ = false;
  bool saidGoodbye_ = false;
  net::Clock::time_point active_;
  net::Loop::Timer stall_{}, linger_{};
};

}  // namespace curve::nbd
