// HMAC-SHA256 and Base64, for the one signature Curve has.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace curve::mds {

using Digest = std::array<uint8_t, 32>;

Digest sha256(std::string_view data);
Digest hmacSha256(std::string_view key, std::string_view data);
std::string base64(const Digest& digest);

}  // namespace curve::mds
