// Measuring within a subject.

#ifndef PROCTOR_STRESS_LATENCY_CLOCK_H_
#define PROCTOR_STRESS_LATENCY_CLOCK_H_

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace proctor {

// The clock that other processes read too.
inline int64_t NowNs() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

class Stopwatch {
 public:
  double NsPer(int64_t operations) const {
    return static_cast<double>(NowNs() - start_ns_) / static_cast<double>(operations);
  }

 private:
  const int64_t start_ns_ = NowNs();
};

inline double MedianNs(std::vector<int64_t>& samples_ns) {
  const auto middle = samples_ns.begin() + static_cast<int64_t>(samples_ns.size() / 2);
  std::nth_element(samples_ns.begin(), middle, samples_ns.end());
  return static_cast<double>(*middle);
}

inline int64_t ResidentBytes() {
  long pages = 0, resident = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%ld %ld", &pages, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return resident * sysconf(_SC_PAGESIZE);
}

}  // namespace proctor

#endif  // PROCTOR_STRESS_LATENCY_CLOCK_H_
