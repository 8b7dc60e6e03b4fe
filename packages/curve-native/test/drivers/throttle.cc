// Drives a throttle by a clock that exists here only. Each line of the input is a command; those with an arrow print one.
//
//   limit TYPE RATE [BURST SECONDS]     one of the limits that `update` puts in force; TYPE as in ThrottleType
//   update
//   idle TICKS
//   run TICKS DEPTH read|write BYTES    DEPTH calls at a time for so long → how many, and after how many ticks the last
//   each read|write BYTES…              all at once → after how many ticks each was admitted
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "volume/throttle.h"

using namespace curve;

namespace {

struct Call final : Throttle::Call {
  bool waiting = false;
  void admitted() override { waiting = false; }
};

class Driver {
 public:
  bool obey(const std::string& line) {
    std::istringstream in(line);
    std::string command;
    in >> command;
    if (command == "limit") {
      limit(in);
    } else if (command == "update") {
      throttle_.update(std::exchange(params_, {}));
    } else if (command == "idle") {
      int ticks = 0;
      in >> ticks;
      while (ticks-- > 0) throttle_.tick();
    } else if (command == "run") {
      run(in);
    } else if (command == "each") {
      each(in);
    } else {
      return false;
    }
    return true;
  }

 private:
  void limit(std::istream& in) {
    wire::ThrottleParams limit;
    uint64_t burst, seconds;
    in >> limit.type.value >> limit.limit;
    if (in >> burst >> seconds) {
      limit.burst = burst;
      limit.burstLength = seconds;
    }
    params_.params.push_back(limit);
  }

  // A caller whose calls take no time but that which they wait.
  void run(std::istream& in) {
    int ticks = 0;
    size_t depth = 0;
    std::string direction;
    uint64_t bytes = 0;
    in >> ticks >> depth >> direction >> bytes;
    std::vector<Call> calls(depth);
    const auto waiting = [&] { return std::count_if(calls.begin(), calls.end(), [](auto& c) { return c.waiting; }); };
    long done = 0;
    int elapsed = 0;
    for (; elapsed < ticks || waiting() > 0; elapsed++) {
      for (Call& call : calls) {
        while (elapsed < ticks && !call.waiting) {
          call.waiting = !throttle_.admit(call, direction == "write", bytes);
          if (!call.waiting) done++;
        }
      }
      done += waiting();
      throttle_.tick();
      done -= waiting();
    }
    std::printf("%ld %d\n", done, elapsed);
  }

  void each(std::istream& in) {
    std::string direction;
    in >> direction;
    std::vector<uint64_t> sizes;
    for (uint64_t bytes; in >> bytes;) sizes.push_back(bytes);
    std::vector<Call> calls(sizes.size());
    for (size_t i = 0; i < calls.size(); i++) {
      calls[i].waiting = !throttle_.admit(calls[i], direction == "write", sizes[i]);
    }
    std::vector<int> waited(calls.size(), 0);
    for (bool any = true; any;) {
      any = false;
      for (size_t i = 0; i < calls.size(); i++) {
        waited[i] += calls[i].waiting;
        any = any || calls[i].waiting;
      }
      if (any) throttle_.tick();
    }
    for (size_t i = 0; i < waited.size(); i++) std::printf("%s%d", i > 0 ? " " : "", waited[i]);
    std::printf("\n");
  }

  Throttle throttle_{true};
  wire::FileThrottleParams params_;
};

}  // namespace

int main() {
  Driver driver;
  for (std::string line; std::getline(std::cin, line);) {
    if (!driver.obey(line)) return 1;
  }
}
