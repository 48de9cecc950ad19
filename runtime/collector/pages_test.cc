#include "runtime/collector/pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "runtime/arch/sanitizers.h"

namespace proctor::runtime {
namespace {

std::size_t ResidentBytes(char* at, std::size_t bytes) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> pages(bytes / page);
  EXPECT_EQ(mincore(at, bytes, pages.data()), 0);
  std::size_t resident = 0;
  for (unsigned char p : pages) resident += p & 1;
  return resident * page;
}

TEST(Pages, HoldsNoMemoryBeforeItIsTouched) {
  Pages pages;
  char* const run = pages.Take(4);
  EXPECT_EQ(ResidentBytes(run, 4 * kPageBytes), 0u);
  EXPECT_EQ(pages.stats().used_bytes, 4 * kPageBytes);
  EXPECT_EQ(pages.stats().kept_bytes, 0u);
}

TEST(Pages, ReleasesTheHighestKeptPagesFirstAndOnlyThose) {
  Pages pages;
  char* const low = pages.Take(2);
  char* const used = pages.Take(1);
  char* const high = pages.Take(2);
  std::memset(low, 1, 2 * kPageBytes);
  std::memset(used, 2, kPageBytes);
  std::memset(high, 3, 2 * kPageBytes);
  pages.Give(low, 2);
  pages.Give(high, 2);
  EXPECT_EQ(ResidentBytes(low, 5 * kPageBytes), 5 * kPageBytes);

  EXPECT_EQ(pages.Release(1), kPageBytes);
  EXPECT_EQ(ResidentBytes(high, kPageBytes), kPageBytes);
  EXPECT_EQ(ResidentBytes(high + kPageBytes, kPageBytes), 0u);
  EXPECT_EQ(pages.Release(100 * kPageBytes), 3 * kPageBytes);
  EXPECT_EQ(ResidentBytes(low, 2 * kPageBytes), 0u);
  EXPECT_EQ(ResidentBytes(used, kPageBytes), kPageBytes);
  EXPECT_EQ(used[kPageBytes - 1], 2);
  EXPECT_EQ(pages.Release(100 * kPageBytes), 0u);
  EXPECT_EQ(pages.stats().released_total_bytes, 4 * kPageBytes);
}

TEST(Pages, TakesKeptAndReleasedPagesSideBySide) {
  Pages pages;
  char* const run = pages.Take(10);
  pages.Give(run, 10);
  pages.Release(5 * kPageBytes);
  EXPECT_EQ(pages.Take(10), run);
}

TEST(Pages, ARunMayBeLargerThanAnyChunkSoFar) {
  Pages pages;
  const std::size_t count = (std::size_t{100} << 20) / kPageBytes;
  char* const run = pages.Take(count);
  ASSERT_NE(run, nullptr);
  run[0] = run[count * kPageBytes - 1] = 1;
  pages.Give(run, count);
  EXPECT_EQ(pages.stats().used_bytes, 0u);
}

TEST(Pages, SaysThatTheSystemHasNoMore) {
#if defined(PROCTOR_ASAN) || defined(PROCTOR_TSAN)
  GTEST_SKIP() << "a sanitizer has the address space";
#endif
  Pages pages;
  EXPECT_EQ(pages.Take((std::size_t{1} << 50) / kPageBytes), nullptr);
  EXPECT_NE(pages.Take(1), nullptr);
}

TEST(PagesDeathTest, RefusesRunsThatWereNotTaken) {
  Pages pages;
  char* const run = pages.Take(2);
  pages.Give(run, 1);
  EXPECT_DEATH(pages.Give(run, 2), "fatal: page 0 of the heap is in state 0, not 2");
  char elsewhere = 0;
  EXPECT_DEATH(pages.Give(&elsewhere, 1), "fatal: pages at .* were never taken");
}

// Runs never overlap, keep what was written to them, and every page is accounted for.
RC_GTEST_PROP(Pages, KeepsRunsApart, ()) {
  Pages pages;
  std::map<char*, std::size_t> runs;  // with their counts
  std::size_t used = 0;
  const auto steps = *rc::gen::inRange(1, 200);
  for (int step = 0; step < steps; ++step) {
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
      case 1: {
        const auto count = *rc::gen::weightedOneOf<std::size_t>(
            {{9, rc::gen::inRange<std::size_t>(1, 8)}, {1, rc::gen::inRange<std::size_t>(8, 600)}});
        char* const run = pages.Take(count);
        RC_ASSERT(run != nullptr);
        auto above = runs.lower_bound(run);
        RC_ASSERT(above == runs.end() || run + count * kPageBytes <= above->first);
        if (above != runs.begin()) {
          --above;
          RC_ASSERT(above->first + above->second * kPageBytes <= run);
        }
        runs[run] = count;
        run[0] = run[count * kPageBytes - 1] = static_cast<char>(count);
        used += count;
        break;
      }
      case 2:
        if (!runs.empty()) {
          auto run = runs.begin();
          std::advance(run, *rc::gen::inRange<std::size_t>(0, runs.size()));
          used -= run->second;
          pages.Give(run->first, run->second);
          runs.erase(run);
        }
        break;
      case 3: {
        const std::size_t kept = pages.stats().kept_bytes;
        const auto most = *rc::gen::inRange<std::size_t>(0, 50) * kPageBytes;
        RC_ASSERT(pages.Release(most) == std::min(kept, most));
        break;
      }
    }
    const Pages::Stats& stats = pages.stats();
    RC_ASSERT(stats.used_bytes == used * kPageBytes);
    RC_ASSERT((stats.used_bytes + stats.kept_bytes + stats.released_bytes) % (4 << 20) == 0u);
    for (const auto& [run, count] : runs) {
      RC_ASSERT(run[0] == static_cast<char>(count));
      RC_ASSERT(run[count * kPageBytes - 1] == static_cast<char>(count));
    }
  }
}

}  // namespace
}  // namespace proctor::runtime
