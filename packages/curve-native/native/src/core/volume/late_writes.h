// Writes to a volume that nobody waits for any more, but that a chunkserver may still do: their call was aborted or ran
// out of time, or they were sent again. Whoever writes there next waits until they are over, for they would undo what was
// acknowledged to him.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "linked_list.h"
#include "net/channel.h"
#include "volume/geometry.h"

namespace curve {

class LateWrites {
 public:
  // `limit`: how long an answer is waited for. `grace`: how long a chunkserver may take over what it had received when it
  // lost the connection. `idle` is told when there are none any more, from the loop.
  LateWrites(net::Loop& loop, net::Micros limit, net::Micros grace, std::function<void()> idle);
  ~LateWrites();

  // Somebody who must not write yet; waits until told, or for as long as it exists.
  class Waiter : public LinkedList<Waiter>::Link {
    friend class LateWrites;
    std::function<void()> over_;
  };

  // Waits for the answer to a write in its stead. It need not be told where that was not sent at all.
  void inherit(net::Channel& channel, net::Rpc& write, uint64_t chunkIndex, uint64_t offset, uint64_t size);
  // The connection was lost that a write was sent by, so that no answer will come.
  void lost(net::Channel& channel, const net::Rpc& write, uint64_t chunkIndex, uint64_t offset, uint64_t size);
  // A write has been done by this server. The earlier sends of it that went to others can no longer be: these do not lead
  // any more.
  void doneBy(const net::Channel& channel, const net::Rpc& write);
  // The write is destroyed.
  void forget(const net::Rpc& write);
  // False when there is none in these pieces; else `over` is called when one of those is over, to ask again.
  bool await(const std::vector<Piece>& pieces, Waiter& waiter, std::function<void()> over);
  bool empty() const { return writes_.empty(); }

 private:
  class Write;

  Write& add(uint64_t chunkIndex, std::unique_ptr<Write> write);
  void orphaned(Write& write);
  void over(Write& write);
  void tell();

  net::Loop& loop_;
  const net::Micros limit_, grace_;
  const std::function<void()> idle_;
  // By chunk.
  std::multimap<uint64_t, std::unique_ptr<Write>> writes_;
  // By whose sends they were, as long as that is there.
  std::unordered_multimap<const net::Rpc*, Write*> sends_;
  LinkedList<Waiter> told_;
  net::Loop::Timer timer_{};
};

}  // namespace curve
