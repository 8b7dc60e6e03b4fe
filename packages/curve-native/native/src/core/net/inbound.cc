#include "net/inbound.h"

#include <algorithm>
#include <cstring>

namespace curve::net {

namespace {
// What is staged of an attachment must be copied. For small ones that is cheaper than a system call for each; while
// they are large, little is staged of what follows them.
constexpr size_t kStaging = 32 << 10;
constexpr size_t kLargeAttachment = 16 << 10;
constexpr size_t kBehindLarge = 1024;
}  // namespace

Inbound::Inbound(Calls& calls) : calls_(calls), staging_(kStaging) {}

void Inbound::reset() {
  begin_ = end_ = 0;
  part_ = Part::header;
  need_ = wire::kHeaderSize;
  target_ = nullptr;
  staging_.resize(kStaging);
  staging_.shrink_to_fit();
}

void Inbound::forget(int64_t correlationId) {
  if (part_ == Part::attachment && meta_.correlationId.value_or(0) == correlationId) target_ = nullptr;
}

int Inbound::prepare(iovec (&buffers)[2]) {
  if (begin_ > 0) {
    std::memmove(staging_.data(), staging_.data() + begin_, staged());
    end_ -= begin_;
    begin_ = 0;
  }
  if (staging_.size() > kStaging && std::max(staged(), need_) <= kStaging) {
    staging_.resize(kStaging);
    staging_.shrink_to_fit();
  }
  if (part_ == Part::attachment) {
    // Staging is empty here: advance() has used up what there was.
    if (!target_) {
      buffers[0] = {staging_.data(), std::min(staging_.size(), attachmentLeft())};
      return 1;
    }
    buffers[0] = {target_ + attachmentDone_, attachmentLeft()};
    buffers[1] = {staging_.data(), ahead()};
    return 2;
  }
  if (end_ == staging_.size()) {
    // Grows with what has really arrived, so that an announced size alone costs nothing.
    staging_.resize(std::min(std::max(need_, kStaging), staging_.size() * 2));
  }
  buffers[0] = {staging_.data() + end_, std::min(staging_.size() - end_, std::max(ahead(), need_ - end_))};
  return 1;
}

size_t Inbound::ahead() const { return attachmentSize_ < kLargeAttachment ? staging_.size() : kBehindLarge; }

bool Inbound::received(size_t size) {
  if (part_ == Part::attachment) {
    const size_t direct = std::min(size, attachmentLeft());
    attachmentDone_ += direct;
    // Without a target the bytes lie in staging and are thereby discarded.
    if (target_ || attachmentLeft() == 0) end_ = size - direct;
    if (attachmentLeft() == 0 && !finishFrame()) return false;
  } else {
    end_ += size;
  }
  return advance();
}

bool Inbound::advance() {
  while (part_ != Part::attachment && staged() >= need_) {
    const char* at = staging_.data() + begin_;
    begin_ += need_;
    switch (part_) {
      case Part::header:
        if (!wire::decodeHeader(at, header_)) return false;
        part_ = Part::meta;
        need_ = header_.metaSize;
        break;
      case Part::meta:
        meta_ = {};
        if (!wire::decode(std::string_view(at, need_), meta_) || !beginMeta()) return false;
        break;
      case Part::message:
        message_.assign(at, need_);
        if (!startAttachment()) return false;
        break;
      case Part::attachment:
        break;
    }
  }
  return true;
}

bool Inbound::beginMeta() {
  const int64_t size = meta_.attachmentSize.value_or(0);
  const size_t rest = header_.bodySize - header_.metaSize;
  if (size < 0 || static_cast<size_t>(size) > rest) return false;
  attachmentSize_ = static_cast<size_t>(size);
  attachmentDone_ = 0;
  part_ = Part::message;
  need_ = rest - attachmentSize_;
  return true;
}

bool Inbound::startAttachment() {
  Rpc* rpc = calls_.find(meta_.correlationId.value_or(0));
  target_ = rpc && rpc->target && rpc->targetSize == attachmentSize_ ? rpc->target : nullptr;
  const size_t here = std::min(staged(), attachmentSize_);
  if (target_ && here > 0) std::memcpy(target_, staging_.data() + begin_, here);
  begin_ += here;
  attachmentDone_ = here;
  if (attachmentLeft() == 0) return finishFrame();
  part_ = Part::attachment;
  begin_ = end_ = 0;
  return true;
}

bool Inbound::finishFrame() {
  part_ = Part::header;
  need_ = wire::kHeaderSize;
  target_ = nullptr;
  RpcReply reply;
  reply.saidByPeer = true;
  if (meta_.response) {
    reply.error = rpc::Error{meta_.response->errorCode.value_or(0)};
    if (meta_.response->errorText) reply.errorText = *meta_.response->errorText;
  }
  reply.message = message_;
  reply.attachmentSize = attachmentSize_;
  // Curve compresses nothing; a body we cannot read is a bad response.
  if (meta_.compressType.value_or(0) != 0) reply.error = rpc::kBadResponse;
  calls_.answered(meta_.correlationId.value_or(0), reply);
  // What a large message took is not kept.
  if (message_.capacity() > kStaging) message_ = {};
  return true;
}

}  // namespace curve::net
