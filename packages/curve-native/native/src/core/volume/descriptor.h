// What one opener of a volume has: what was asked for at the open, a mount record at the MDS, and I/O under way. All else
// belongs to the volume, which is the same for all descriptors of its inode.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <vector>

#include "volume/lease.h"
#include "volume/request_window.h"
#include "volume/volume.h"

namespace curve {

class Io;

class Descriptor {
 public:
  struct Opening {
    mds::User user;
    bool exclusive = false;
    // What becomes of I/O when the volume is lost: it fails, or as in libcurve waits until the close.
    bool failWhenLost = false;
    // The volume as it was found at the open.
    wire::FileInfo info;
  };

  Descriptor(Context& context, std::shared_ptr<Volume> volume, Opening opening);
  ~Descriptor();

  void startLease(const wire::ProtoSession& session);
  using Closed = std::function<void(const Outcome&)>;
  // Sends CloseFile. When the MDS agrees, waits for I/O in flight and, if it is the volume's last, for what the volume is
  // giving back; the caller then destroys the descriptor. When the MDS does not, it stays usable, but without a lease.
  void close(Closed closed);
  // The MDS has agreed to close it: no I/O may begin any more.
  bool isClosed() const { return closeAccepted_; }
  // How often CloseFile has been sent, while it is under way.
  uint64_t closeAttempts() const { return volume_->mds().attempts(closeCall_); }

  Volume& volume() const { return *volume_; }
  const mds::User& user() const { return user_; }
  bool exclusive() const { return exclusive_; }
  // As it was at the open, but for version and status.
  wire::FileInfo info() const;
  // The volume is lost, and requests that are not on the wire fail.
  bool failsAll() const { return volume_->isLost() && failWhenLost_; }
  RequestWindow& window() { return window_; }

  // Those under way.
  std::list<Io*>& ios() { return ios_; }
  const std::list<Io*>& ios() const { return ios_; }
  void ioEnded() { finishClose(); }

  // For the volume: it is lost; it has given back what it was giving back.
  void volumeLost();
  void volumeIdle() { finishClose(); }
  // Another descriptor's CloseFile has taken the mount record with it.
  void renewLease() { lease_.renew(); }

 private:
  void refreshed(Lease::Verdict verdict, const wire::FileInfo* info);
  void sendCloseFile();
  void closeAnswered(const Outcome& failure);
  void finishClose();
  void tellClosed(const Outcome& failure);

  Context& context_;
  const std::shared_ptr<Volume> volume_;
  const mds::User user_;
  const bool exclusive_;
  const bool failWhenLost_;
  const wire::FileInfo info_;
  RequestWindow window_;
  Lease lease_;
  std::list<Io*> ios_;
  // Whoever waits for the close under way.
  std::vector<Closed> closing_;
  mds::MdsClient::Token closeCall_ = 0;
  bool closeAccepted_ = false;
  bool finishing_ = false;
  // What is deferred checks this.
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace curve
