// The load that a stress run held: what its scenarios did in all, by the ledgers of those that were
// not stamped in full, and what that cost both sides.
//
// Thread safety: none.

#ifndef PROCTOR_STRESS_RUN_LOAD_H_
#define PROCTOR_STRESS_RUN_LOAD_H_

#include <cstdint>
#include <string>

#include "conformance/adapter/gathered.h"

namespace proctor {

class Load {
 public:
  // From here on the harness's time is counted.
  Load();

  // A scenario took `took_ns` from its process's start to its end.
  void Add(const Gathered& gathered, int64_t took_ns);

  // Two lines: what was done per second of those scenarios, and what the harness used meanwhile.
  std::string Describe() const;

 private:
  Ledger all_;
  int64_t took_ns_ = 0;
  int64_t scenarios_ = 0;
  int64_t still_ns_ = 0;
  int64_t start_ns_;
  int64_t start_cpu_ns_;
};

}  // namespace proctor

#endif  // PROCTOR_STRESS_RUN_LOAD_H_
