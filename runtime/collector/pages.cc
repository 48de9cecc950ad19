#include "runtime/collector/pages.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace proctor::runtime {
namespace {

constexpr std::size_t kChunkPages = (std::size_t{4} << 20) / kPageBytes;

}  // namespace

Pages::~Pages() {
  for (const Chunk& chunk : chunks_) munmap(chunk.base, chunk.pages.size() * kPageBytes);
}

char* Pages::Take(std::size_t count) {
  while (true) {
    for (Chunk& chunk : chunks_) {
      if (chunk.free < count) continue;
      const std::size_t first = FindFree(chunk, count);
      if (first == chunk.pages.size()) continue;
      for (std::size_t i = first; i < first + count; ++i) {
        Change(chunk, i, chunk.pages[i], State::kUsed);
      }
      return chunk.base + first * kPageBytes;
    }
    if (!MapChunk(count)) return nullptr;
  }
}

void Pages::Give(char* run, std::size_t count) {
  for (Chunk& chunk : chunks_) {
    if (run < chunk.base || run >= chunk.base + chunk.pages.size() * kPageBytes) continue;
    const std::size_t first = static_cast<std::size_t>(run - chunk.base) / kPageBytes;
    for (std::size_t i = first; i < first + count; ++i) {
      Change(chunk, i, State::kUsed, State::kKept);
    }
    return;
  }
  std::fprintf(stderr, "fatal: pages at %p were never taken\n", static_cast<void*>(run));
  std::abort();
}

std::size_t Pages::Release(std::size_t bytes_most) {
  const std::size_t most = (bytes_most + kPageBytes - 1) / kPageBytes;
  std::size_t released = 0;
  for (auto chunk = chunks_.rbegin(); chunk != chunks_.rend(); ++chunk) {
    std::size_t end = chunk->pages.size();
    while (released < most && chunk->kept > 0) {
      while (chunk->pages[end - 1] != State::kKept) --end;
      // A run at a time: each call to the system costs more than the pages in it.
      std::size_t first = end;
      while (first > 0 && chunk->pages[first - 1] == State::kKept && released < most) {
        --first;
        ++released;
        Change(*chunk, first, State::kKept, State::kReleased);
      }
      madvise(chunk->base + first * kPageBytes, (end - first) * kPageBytes, MADV_DONTNEED);
      end = first;
    }
  }
  stats_.released_total_bytes += released * kPageBytes;
  return released * kPageBytes;
}

bool Pages::MapChunk(std::size_t pages_least) {
  const std::size_t pages = (pages_least + kChunkPages - 1) / kChunkPages * kChunkPages;
  void* const base = mmap(nullptr, pages * kPageBytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) return false;
  // With huge pages a released page would come back with the next touch of a neighbour.
  madvise(base, pages * kPageBytes, MADV_NOHUGEPAGE);
  Chunk chunk{static_cast<char*>(base), std::vector<State>(pages, State::kReleased), pages, 0};
  const auto by_address = [](const Chunk& a, const Chunk& b) { return a.base < b.base; };
  chunks_.insert(std::upper_bound(chunks_.begin(), chunks_.end(), chunk, by_address),
                 std::move(chunk));
  stats_.released_bytes += pages * kPageBytes;
  return true;
}

void Pages::Change(Chunk& chunk, std::size_t page, State from, State to) {
  if (chunk.pages[page] != from || from == to) {
    std::fprintf(stderr, "fatal: page %zu of the heap is in state %d, not %d\n", page,
                 static_cast<int>(chunk.pages[page]), static_cast<int>(from));
    std::abort();
  }
  std::size_t* const bytes[] = {&stats_.kept_bytes, &stats_.released_bytes, &stats_.used_bytes};
  *bytes[static_cast<int>(from)] -= kPageBytes;
  *bytes[static_cast<int>(to)] += kPageBytes;
  chunk.free += (to != State::kUsed) - (from != State::kUsed);
  chunk.kept += (to == State::kKept) - (from == State::kKept);
  chunk.pages[page] = to;
}

// The first page of the lowest free run of `count`; the number of pages: there is none.
std::size_t Pages::FindFree(const Chunk& chunk, std::size_t count) {
  std::size_t run = 0;
  for (std::size_t i = 0; i < chunk.pages.size(); ++i) {
    run = chunk.pages[i] == State::kUsed ? 0 : run + 1;
    if (run == count) return i + 1 - count;
  }
  return chunk.pages.size();
}

}  // namespace proctor::runtime
