// The volume that a lazy clone was made of, as long as the clone has not all of it: asked for when a hole is first read,
// since who may open the clone need not be who may open that.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "context.h"
#include "linked_list.h"
#include "mds/mds_client.h"

namespace curve {

class Descriptor;

class CloneSource {
 public:
  using Opened = std::function<void(const Outcome&)>;

  CloneSource(Context& context, mds::MdsClient& mds);
  ~CloneSource();

  // What an opening of the clone has told.
  void take(const std::string& path, const std::vector<uint64_t>& segments);
  // The clone has all of it now.
  void end() { segments_.clear(); }
  bool isNeeded() const { return !segments_.empty(); }
  // Whether the source has this segment.
  bool has(uint64_t segmentOffset) const { return segments_.count(segmentOffset) != 0; }
  const std::string& path() const { return path_; }

  // Somebody who waits for it to be opened, until told, or for as long as it exists.
  class Waiter : public LinkedList<Waiter>::Link {
    friend class CloneSource;
    Opened opened_;
  };
  // Null: it must be opened first.
  Descriptor* reader() { return reader_.get(); }
  void open(const mds::User& user, Waiter& waiter, Opened opened);

 private:
  void answered(const mds::User& user, const Outcome& failure, wire::GetFileInfoResponse& response);

  Context& context_;
  mds::MdsClient& mds_;
  std::string path_;
  // By offset.
  std::unordered_set<uint64_t> segments_;
  std::unique_ptr<Descriptor> reader_;
  mds::MdsClient::Token asking_ = 0;
  LinkedList<Waiter> waiters_;
};

}  // namespace curve
