// What a client tries again and again, for those who ask why nothing happens. Written by the client's I/O thread when
// something fails, readable from any.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "failure.h"
#include "linked_list.h"
#include "net/loop.h"

namespace curve {

class Waits {
 public:
  struct Report {
    std::string method;
    std::string server;  // asked last
    // Of a chunk request; 0 for calls to the MDS.
    uint32_t pool = 0, copyset = 0;
    Failure::Reason reason;  // of the last failure
    net::Clock::time_point since;
    uint64_t calls = 1;

    bool sameAs(const Report& o) const {
      return method == o.method && server == o.server && pool == o.pool && copyset == o.copyset;
    }
  };

  // Of something that is tried again until it succeeds or is given up.
  class Wait : public LinkedList<Wait>::Link {
   public:
    ~Wait() { over(); }
    void failed(Waits& waits, Report report) {
      const std::lock_guard<std::mutex> lock(waits.mutex_);
      report_ = std::move(report);
      if (!waits_) waits.waiting_.pushBack(*this);
      waits_ = &waits;
    }
    void over() {
      if (!waits_) return;
      const std::lock_guard<std::mutex> lock(waits_->mutex_);
      leave();
      waits_ = nullptr;
    }

   private:
    friend class Waits;
    Report report_;
    Waits* waits_ = nullptr;
  };

  // One for all that wait for the same, since the first of them began.
  std::vector<Report> list() const;

 private:
  mutable std::mutex mutex_;
  mutable LinkedList<Wait> waiting_;
};

}  // namespace curve
