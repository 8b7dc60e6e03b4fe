// Hostile client.conf texts and endpoint texts.
#include <cstdint>

#include "config/config.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace curve;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Settings settings = parseSettings(text);
  Config config;
  std::string error;
  makeConfig(settings, config, error);
  // Again with the required keys there, so that values are looked at, too.
  Settings full = sampleSettings();
  full["mds.listen.addr"] = std::string(text.substr(0, text.find('\n')));
  for (const auto& [key, value] : settings) full[key] = value;
  Config second;
  makeConfig(full, second, error);
  net::Endpoint::parse(text);
  return 0;
}
