// Reads the variables of a layout from the memory of a running process, all in one call.
//
// Others run on meanwhile, so two variables of one snapshot may be some hundred nanoseconds apart.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_DEBUG_INFORMATION_SNAPSHOT_READER_H_
#define PROCTOR_CONFORMANCE_DEBUG_INFORMATION_SNAPSHOT_READER_H_

#include <sys/types.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conformance/debug_information/layout.h"

namespace proctor {

// What to add to the layout's addresses in this process. nullopt: `error` (it runs another
// program).
std::optional<uint64_t> BiasOf(const Layout& layout, pid_t process, std::string& error);

struct Snapshot {
  std::vector<int64_t> values;                      // by Layout::variables
  std::vector<uint64_t> processor_addresses;        // 0: not made yet
  std::vector<std::vector<int64_t>> of_processors;  // each by Layout::of_processors

  bool operator==(const Snapshot&) const = default;
};

class SnapshotReader {
 public:
  // More processors than this are not read.
  static constexpr size_t kProcessorsMost = 64;

  // `bias`: what to add to addresses as linked. The layout outlives the reader.
  SnapshotReader(const Layout& layout, pid_t process, uint64_t bias);

  // False: the memory cannot be read (the process is gone), or there are too many processors.
  // A number behind a null pointer is 0.
  bool Read(Snapshot& snapshot);

 private:
  // Bytes next to each other, which are read as one piece.
  struct Range {
    uint64_t start = 0;
    uint64_t bytes = 0;
    size_t at = 0;  // in buffer_
  };
  // A pointer on the way to a number, or the number itself, where it was last. 0: behind null.
  struct Stop {
    uint64_t address = 0;
    size_t piece = 0;
  };
  struct Spot {
    const Place* place = nullptr;
    uint64_t base = 0;
    size_t at = 0;            // in buffer_
    std::vector<Stop> stops;  // where it has hops
  };
  struct PlannedVariable {
    const PlacedVariable* variable;
    std::vector<Spot> spots;  // of places, minus and present, in this order
  };

  bool Plan();
  size_t AddPiece(uint64_t address, size_t bytes);
  std::vector<Range> AddRanges(const std::vector<PlacedVariable>& variables, uint64_t base);
  std::vector<PlannedVariable> PlanDirect(const std::vector<PlacedVariable>& variables,
                                          uint64_t base);
  void PlanHops(Spot& spot);
  bool Fetch(size_t& fetched);
  bool IsAsPlanned() const;
  void Chase(Spot& spot);
  void FollowHops(bool all);
  int64_t ValueOf(const Spot& spot) const;
  int64_t Compute(const PlannedVariable& planned) const;
  bool ReadBytes(uint64_t address, void* to, size_t bytes) const;

  template <typename Each>
  void EachSpot(const Each& each);

  const Layout& layout_;
  const pid_t process_;
  const uint64_t bias_;

  bool planned_ = false;
  std::vector<iovec> pieces_;
  std::vector<size_t> piece_at_;  // in buffer_
  size_t direct_bytes_ = 0;       // pieces of hops stand behind these
  size_t list_at_ = 0;            // the pointers to processors
  uint64_t list_first_ = 0;
  std::vector<uint64_t> processors_;
  Spot first_;
  Spot length_;
  std::vector<PlannedVariable> globals_;
  std::vector<std::vector<PlannedVariable>> of_processors_;
  std::vector<std::byte> buffer_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_DEBUG_INFORMATION_SNAPSHOT_READER_H_
