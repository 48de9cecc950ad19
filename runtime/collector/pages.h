// The memory under a heap, in pages: taken from the system in large chunks, handed out in runs, and
// given back to the system (its memory, never its addresses) when the scavenger says so.
//
// Invariants:
//   1. Every page of every chunk is in use, kept (free, and may hold memory), or released (free,
//   and
//      holds none).
//   2. Runs do not cross chunks.
//   3. The lowest free run that is large enough is handed out, and the highest kept pages are
//      released first: so what is used stays together, and what is released stays so.
//
// Thread safety: none; the heap's lock guards it.

#ifndef PROCTOR_RUNTIME_COLLECTOR_PAGES_H_
#define PROCTOR_RUNTIME_COLLECTOR_PAGES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace proctor::runtime {

// Larger than the system's page: fewer to keep account of, and room for many small objects.
inline constexpr std::size_t kPageBytes = 8192;

class Pages {
 public:
  Pages() = default;
  // Unmaps everything, used or not.
  ~Pages();
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  // `count` pages side by side, at least one; what they hold is not defined. Null: the system gives
  // no more.
  char* Take(std::size_t count);
  // Exactly a run that Take returned, with its count.
  void Give(char* run, std::size_t count);
  // Gives at most `bytes_most` (rounded up to a page) of the kept memory back to the system.
  // Returns how many they were.
  std::size_t Release(std::size_t bytes_most);

  struct Stats {
    std::size_t used_bytes = 0;
    std::size_t kept_bytes = 0;
    std::size_t released_bytes = 0;        // now
    std::size_t released_total_bytes = 0;  // ever, by Release
  };
  const Stats& stats() const { return stats_; }

 private:
  enum class State : uint8_t { kKept, kReleased, kUsed };
  struct Chunk {
    char* base;
    std::vector<State> pages;
    std::size_t free;  // kept or released
    std::size_t kept;
  };

  bool MapChunk(std::size_t pages_least);
  void Change(Chunk& chunk, std::size_t page, State from, State to);
  static std::size_t FindFree(const Chunk& chunk, std::size_t count);

  std::vector<Chunk> chunks_;  // by address
  Stats stats_;
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_COLLECTOR_PAGES_H_
