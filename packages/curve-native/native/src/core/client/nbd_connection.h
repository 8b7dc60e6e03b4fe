// An NBD client as the calls of its server see it.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "nbd/transmission.h"

namespace curve {

class NbdConnection final : private nbd::Transmission::Host {
 public:
  struct Events {
    // The volume's descriptor; null once it is closed, or about to be.
    std::function<Descriptor*()> descriptor;
    // Somebody waits for what is there to be picked up.
    std::function<void(uint64_t waiter)> handedUp;
    // May destroy the connection.
    std::function<void(nbd::Transmission::End)> over;
  };

  NbdConnection(nbd::Service& service, nbd::Terms terms, Events events)
      : events_(std::move(events)), transmission_(service, *this, std::move(terms)) {}

  nbd::Transmission& transmission() { return transmission_; }
  // Who waits for the next requests; 0: nobody.
  void setWaiter(uint64_t waiter) { waiter_ = waiter; }
  uint64_t takeWaiter() { return std::exchange(waiter_, 0); }

 private:
  Descriptor* descriptor() override { return events_.descriptor(); }
  void handedUp() override {
    if (waiter_ != 0) events_.handedUp(takeWaiter());
  }
  void over(nbd::Transmission::End end) override {
    // Its own callback must not go while it runs.
    const auto over = events_.over;
    over(end);
  }

  const Events events_;
  uint64_t waiter_ = 0;
  nbd::Transmission transmission_;
};

}  // namespace curve
