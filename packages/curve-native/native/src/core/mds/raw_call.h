// A call whose message the caller has written, and whose answer the caller will read.
#pragma once

#include <cstdint>
#include <string>

namespace curve::mds {

struct RawCall {
  std::string service, method, message;
  // Where date and signature belong, of a message that carries them: they are appended to it anew for every attempt,
  // because an MDS takes no old ones. 0: nowhere.
  uint32_t dateField = 0, signatureField = 0;
  // Whether it is sent again only while it has certainly not been received.
  bool once = false;
  // Bytes that are to come attached to the answer, of a call to one server; others are left out.
  uint64_t attachmentSize = 0;
};

}  // namespace curve::mds
