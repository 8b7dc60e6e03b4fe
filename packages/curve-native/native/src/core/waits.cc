#include "waits.h"

#include <algorithm>

namespace curve {

std::vector<Waits::Report> Waits::list() const {
  std::vector<Report> reports;
  const std::lock_guard<std::mutex> lock(mutex_);
  waiting_.each([&](const Wait& wait) {
    const auto same = std::find_if(reports.begin(), reports.end(), [&](const Report& r) { return r.sameAs(wait.report_); });
    if (same == reports.end()) return reports.push_back(wait.report_);
    same->calls++;
    same->since = std::min(same->since, wait.report_.since);
    same->reason = wait.report_.reason;
  });
  return reports;
}

}  // namespace curve
