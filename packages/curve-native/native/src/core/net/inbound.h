// Takes frames apart as bytes arrive. It owns no socket: prepare() says where the next bytes are wanted, received()
// is told how many came. A wanted attachment goes straight into its call's buffer.
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <string>
#include <vector>

#include "net/rpc.h"
#include "wire/frame.h"

namespace curve::net {

class Inbound {
 public:
  // What the channel knows and the frames refer to.
  class Calls {
   public:
    // The outstanding call, or null.
    virtual Rpc* find(int64_t correlationId) = 0;
    virtual void answered(int64_t correlationId, const RpcReply& reply) = 0;

   protected:
    ~Calls() = default;
  };

  explicit Inbound(Calls& calls);

  // Number of buffers (1 or 2) to read into.
  int prepare(iovec (&buffers)[2]);
  // False when the stream makes no sense and the connection must go.
  bool received(size_t size);
  // From now on nothing is written to the buffer of this call.
  void forget(int64_t correlationId);
  // Ready for the first frame of a new connection.
  void reset();

 private:
  enum class Part { header, meta, message, attachment };

  bool advance();
  bool startAttachment();
  bool beginMeta();
  bool finishFrame();
  // How much to take in that may be of the next frame.
  size_t ahead() const;
  size_t staged() const { return end_ - begin_; }
  size_t attachmentLeft() const { return attachmentSize_ - attachmentDone_; }

  Calls& calls_;
  // Bytes that belong to no call's buffer: headers, metas, messages, and the start of whatever follows.
  std::vector<char> staging_;
  size_t begin_ = 0, end_ = 0;
  Part part_ = Part::header;
  // What the current part needs contiguously in staging_.
  size_t need_ = wire::kHeaderSize;
  wire::FrameHeader header_{};
  wire::RpcMeta meta_;
  std::string message_;
  // Of the current frame, or of the last one until the next one's size is known.
  size_t attachmentSize_ = 0, attachmentDone_ = 0;
  // Null while an unwanted attachment is discarded.
  uint8_t* target_ = nullptr;
};

}  // namespace curve::net
