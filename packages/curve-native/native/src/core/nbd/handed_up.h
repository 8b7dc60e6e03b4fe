// A request that somebody else must answer.
#pragma once

#include <cstdint>

#include "failure.h"
#include "nbd/memory.h"
#include "nbd/protocol.h"

namespace curve::nbd {

struct HandedUp {
  // For the answer.
  uint64_t number;
  Request request;
  // Of a write that can be done.
  Memory data;
  // Why the cluster did not do it.
  Outcome failure;
};

}  // namespace curve::nbd
