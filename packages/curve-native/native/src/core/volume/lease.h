// Keeps the mount record of an open volume at the MDS alive, and learns from the answers what has become of the volume.
// Each opener has a lease of its own, as in libcurve; what it learns is the volume's.
#pragma once

#include <functional>

#include "context.h"
#include "mds/mds_client.h"

namespace curve {

class Volume;

class Lease {
 public:
  enum class Verdict {
    valid,      // fileInfo is the news
    unknown,    // no usable answer; I/O goes on, for a lease that has run out blocks nothing in Curve
    refused,    // I/O must wait until a later refresh is accepted
    lost,       // the volume is gone or another one: I/O must never go on, and nothing refreshes any more
  };
  using Refreshed = std::function<void(Verdict, const wire::FileInfo*)>;

  Lease(Context& context, Volume& volume, const mds::User& user) : context_(context), volume_(volume), user_(user) {}
  ~Lease();

  // The first refresh goes out at once: until then the MDS does not protect the volume from being removed.
  void start(std::string sessionId, net::Micros interval, Refreshed refreshed);
  // Stops refreshing and tells when none is under way: one that overtook CloseFile would bring the mount record back.
  void stop(std::function<void()> stopped);
  // Refreshes at once, or once more if a refresh is under way.
  void renew();
  // Refreshes no more.
  void end();

 private:
  void refresh();
  Verdict judge(const Outcome& failure, const wire::RefreshSessionResponse& response) const;

  Context& context_;
  Volume& volume_;
  const mds::User& user_;
  std::string sessionId_;
  net::Micros interval_{0};
  Refreshed refreshed_;
  net::Loop::Timer timer_{};
  bool underWay_ = false;
  bool renewing_ = false;
  bool stopping_ = false;
  bool ended_ = false;
  std::function<void()> stopped_;
};

}  // namespace curve
