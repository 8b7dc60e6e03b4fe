#include "volume/request_window.h"

#include "volume/chunk_request.h"

namespace curve {

void RequestWindow::submit(ChunkRequest& request) {
  waiting_.pushBack(request);
  pump();
}

void RequestWindow::release() {
  inFlight_--;
  pump();
}

void RequestWindow::requeue(ChunkRequest& request) {
  waiting_.pushFront(request);
  release();
}

void RequestWindow::setBlocked(bool blocked) {
  blocked_ = blocked;
  pump();
}

void RequestWindow::pump() {
  while (!blocked_ && inFlight_ < limit_ && !waiting_.empty()) {
    ChunkRequest& next = waiting_.front();
    next.leave();
    inFlight_++;
    next.begin();
  }
}

}  // namespace curve
