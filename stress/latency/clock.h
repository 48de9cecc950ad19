// Measuring within a subject. The operations are called with the number of processors and with what
// their repetitions are divided by.
//
// Thread safety: NowNs any thread; Samples one.

#ifndef PROCTOR_STRESS_LATENCY_CLOCK_H_
#define PROCTOR_STRESS_LATENCY_CLOCK_H_

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace proctor::latency {

// The clock that other processes read too.
inline int64_t NowNs() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

// Times of single events, or of pieces of a long run that is timed piece by piece: whatever else
// the machine does meanwhile hits some of them, and not their median.
class Samples {
 public:
  void Add(int64_t duration_ns) { durations_ns_.push_back(duration_ns); }
  template <typename Piece>
  void Time(Piece&& piece) {
    const int64_t start_ns = NowNs();
    piece();
    Add(NowNs() - start_ns);
  }
  void Append(const Samples& other) {
    durations_ns_.insert(durations_ns_.end(), other.durations_ns_.begin(),
                         other.durations_ns_.end());
  }
  double MedianNs() {
    const auto middle = durations_ns_.begin() + static_cast<int64_t>(durations_ns_.size() / 2);
    std::nth_element(durations_ns_.begin(), middle, durations_ns_.end());
    return static_cast<double>(*middle);
  }

 private:
  std::vector<int64_t> durations_ns_;
};

// `many` is for a measurement; a smoke test divides it by a hundred.
inline int Times(int many, int divisor) { return std::max(1, many / divisor); }

inline int64_t ResidentBytes() {
  long pages = 0, resident = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%ld %ld", &pages, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return resident * sysconf(_SC_PAGESIZE);
}

}  // namespace proctor::latency

#endif  // PROCTOR_STRESS_LATENCY_CLOCK_H_
