#include "volume/request_window.h"

#include <algorithm>

#include "volume/chunk_request.h"

namespace curve {

void RequestWindow::submit(ChunkRequest& request) {
  waiting_.push_back(&request);
  pump();
}

void RequestWindow::release() {
  inFlight_--;
  pump();
}

void RequestWindow::requeue(ChunkRequest& request) {
  waiting_.push_front(&request);
  release();
}

void RequestWindow::remove(ChunkRequest& request) {
  waiting_.erase(std::remove(waiting_.begin(), waiting_.end(), &request), waiting_.end());
}

void RequestWindow::setBlocked(bool blocked) {
  blocked_ = blocked;
  pump();
}

void RequestWindow::pump() {
  while (!blocked_ && inFlight_ < limit_ && !waiting_.empty()) {
    ChunkRequest* next = waiting_.front();
    waiting_.pop_front();
    inFlight_++;
    next->begin();
  }
}

}  // namespace curve
