// Keeps an open volume's mount record at the MDS alive, and learns from the answers what has become of the volume.
#pragma once

#include <functional>

#include "context.h"
#include "mds/mds_client.h"

namespace curve {

class Lease {
 public:
  enum class Verdict {
    valid,      // fileInfo is the news
    unknown,    // no usable answer; I/O goes on, for a lease that has run out blocks nothing in Curve
    refused,    // I/O must wait until a later refresh is accepted
    lost,       // the volume is gone or another one: I/O must never go on, and nothing refreshes any more
  };
  using Refreshed = std::function<void(Verdict, const wire::FileInfo*)>;

  Lease(Context& context, mds::MdsClient& mds, const std::string& path, const mds::User& user, uint64_t fileId)
      : context_(context), mds_(mds), path_(path), user_(user), fileId_(fileId) {}
  ~Lease();

  // The first refresh goes out at once: until then the MDS does not protect the volume from being removed.
  void start(std::string sessionId, net::Micros interval, Refreshed refreshed);
  // Stops refreshing and tells when none is under way: one that overtook CloseFile would bring the mount record back.
  void stop(std::function<void()> stopped);

 private:
  void refresh();
  Verdict judge(const Outcome& failure, const wire::RefreshSessionResponse& response) const;

  Context& context_;
  mds::MdsClient& mds_;
  const std::string& path_;
  const mds::User& user_;
  const uint64_t fileId_;
  std::string sessionId_;
  net::Micros interval_{0};
  Refreshed refreshed_;
  net::Loop::Timer timer_{};
  bool underWay_ = false;
  bool stopping_ = false;
  std::function<void()> stopped_;
};

}  // namespace curve
