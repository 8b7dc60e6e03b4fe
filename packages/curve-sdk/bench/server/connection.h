// One client's connection. Data goes from the socket into a chunk's memory and back without a copy where it is large.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "cluster.h"
#include "frame.h"

namespace bench {

class Connection {
 public:
  Connection(int fd, Cluster& cluster) : fd_(fd), cluster_(cluster), staging_(256 << 10) {
    replies_.reserve(kRepliesAtOnce);
    buffers_.reserve(2 * kRepliesAtOnce);
  }
  ~Connection() { ::close(fd_); }
  Connection(const Connection&) = delete;

  enum class Wants { input, output, end };

  // Takes what there is and answers it.
  Wants serve() {
    if (!flush()) return broken_ ? Wants::end : Wants::output;
    for (;;) {
      const ssize_t size = receive();
      if (size == 0) return Wants::end;
      if (size < 0) return errno == EAGAIN ? Wants::input : Wants::end;
      while (takeFrame()) {
        if (replies_.size() == kRepliesAtOnce && !flush()) return broken_ ? Wants::end : Wants::output;
      }
      if (!flush()) return broken_ ? Wants::end : Wants::output;
      if (!filled_) return Wants::input;
    }
  }

 private:
  static constexpr size_t kRepliesAtOnce = 256;

  ssize_t receive() {
    std::move(staging_.begin() + static_cast<ptrdiff_t>(begin_), staging_.begin() + static_cast<ptrdiff_t>(end_),
              staging_.begin());
    end_ -= begin_;
    begin_ = 0;
    // Behind large data little is staged, so that little of what follows must be copied.
    const size_t room = sinkLeft_ > 16384 ? 4096 : staging_.size() - end_;
    iovec buffers[] = {{sink_, sinkLeft_}, {staging_.data() + end_, room}};
    const ssize_t size = ::readv(fd_, buffers, 2);
    if (size <= 0) return size;
    filled_ = static_cast<size_t>(size) == sinkLeft_ + room;
    const size_t sunk = std::min(sinkLeft_, static_cast<size_t>(size));
    sink_ += sunk;
    sinkLeft_ -= sunk;
    end_ += static_cast<size_t>(size) - sunk;
    if (sinkLeft_ == 0 && sunk > 0) reply(correlationId_, kWritten, nullptr, 0);
    return size;
  }

  // One request, if it is there but for its attachment.
  bool takeFrame() {
    const char* at = staging_.data() + begin_;
    const size_t staged = end_ - begin_;
    if (sinkLeft_ > 0 || staged < kHeaderSize) return false;
    const size_t bodySize = bigEndian(at + 4), metaSize = bigEndian(at + 8);
    std::string_view method;
    size_t attachmentSize = 0;
    if (staged < kHeaderSize + metaSize) return false;
    for (Fields meta({at + kHeaderSize, metaSize}); meta.next();) {
      if (meta.field == 4) correlationId_ = meta.number;
      if (meta.field == 5) attachmentSize = meta.number;
      if (meta.field != 1) continue;
      for (Fields request(meta.bytes); request.next();) {
        if (request.field == 2) method = request.bytes;
      }
    }
    const size_t whole = kHeaderSize + bodySize - attachmentSize;
    if (staged < whole) return false;
    begin_ += whole;
    const std::string_view message(at + kHeaderSize + metaSize, bodySize - metaSize - attachmentSize);
    if (method == "ReadChunk" || method == "WriteChunk") {
      transfer(message, attachmentSize);
    } else {
      reply(correlationId_, cluster_.answer(method, message), nullptr, 0);
    }
    return true;
  }

  void transfer(std::string_view message, size_t attachmentSize) {
    uint64_t chunk = 0, offset = 0, size = 0;
    for (Fields fields(message); fields.next();) {
      if (fields.field == 4) chunk = fields.number;
      if (fields.field == 6) offset = fields.number;
      if (fields.field == 7) size = fields.number;
    }
    char* const data = cluster_.chunk(chunk) + offset;
    if (attachmentSize == 0) return reply(correlationId_, kWritten, data, size);
    const size_t here = std::min(attachmentSize, end_ - begin_);
    std::copy_n(staging_.data() + begin_, here, data);
    begin_ += here;
    sink_ = data + here;
    sinkLeft_ = attachmentSize - here;
    if (sinkLeft_ == 0) reply(correlationId_, kWritten, nullptr, 0);
  }

  void reply(uint64_t correlationId, const std::string& message, char* data, size_t size) {
    Message meta;
    meta.bytes(2, Message().number(1, 0).text()).number(3, 0).number(4, correlationId);
    if (size > 0) meta.number(5, size);
    replies_.push_back(frame(meta.text(), message, size));
    buffers_.push_back({replies_.back().data(), replies_.back().size()});
    if (size > 0) buffers_.push_back({data, size});
  }

  // False while the socket takes no more.
  bool flush() {
    while (sent_ < buffers_.size()) {
      msghdr message{};
      message.msg_iov = buffers_.data() + sent_;
      message.msg_iovlen = std::min<size_t>(buffers_.size() - sent_, 512);
      ssize_t size = ::sendmsg(fd_, &message, MSG_NOSIGNAL);
      if (size < 0) {
        broken_ = errno != EAGAIN;
        return false;
      }
      for (; size > 0; sent_ += buffers_[sent_].iov_len == 0) {
        iovec& buffer = buffers_[sent_];
        const size_t taken = std::min(static_cast<size_t>(size), buffer.iov_len);
        buffer.iov_base = static_cast<char*>(buffer.iov_base) + taken;
        buffer.iov_len -= taken;
        size -= static_cast<ssize_t>(taken);
      }
    }
    sent_ = 0;
    buffers_.clear();
    replies_.clear();
    return true;
  }

  // Status and the index that Raft has applied.
  const std::string kWritten = Message().number(1, 0).number(3, 4064).text();

  const int fd_;
  Cluster& cluster_;
  std::vector<char> staging_;
  size_t begin_ = 0, end_ = 0;
  bool filled_ = false, broken_ = false;
  uint64_t correlationId_ = 0;
  // Where the rest of the attachment that is arriving goes.
  char* sink_ = nullptr;
  size_t sinkLeft_ = 0;
  // Never longer than reserved: the buffers point into the strings.
  std::vector<std::string> replies_;
  std::vector<iovec> buffers_;
  size_t sent_ = 0;
};

}  // namespace bench
