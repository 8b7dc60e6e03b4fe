// Who calls, and the proof of it that MDS requests carry.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "mds/sha256.h"

namespace curve::mds {

struct User {
  std::string owner;
  std::string password;
};

constexpr const char* kRootOwner = "root";

// Microseconds since 1970; the MDS refuses requests more than 15 s away from its own clock.
inline uint64_t wallClockMicros() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

// Empty for everybody but root with a password: nobody else's is checked.
inline std::string signature(const User& user, uint64_t date) {
  if (user.owner != kRootOwner || user.password.empty()) return "";
  return base64(hmacSha256(user.password, std::to_string(date) + ":" + user.owner));
}

}  // namespace curve::mds
