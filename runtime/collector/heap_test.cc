#include "runtime/collector/heap.h"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "runtime/arch/sanitizers.h"

namespace proctor::runtime {
namespace {

struct Leaf {
  explicit Leaf(int v = 0) : value(v) {}
  int value;
};

struct Node {
  explicit Node(int* destroyed = nullptr) : counter(destroyed) {}
  ~Node() {
    if (counter != nullptr) ++*counter;
  }
  void Trace(Marker& marker) const { marker.Visit(next); }
  Handle<Node> next;
  int* counter;
};

TEST(Heap, ARootKeepsItsObject) {
  Heap heap;
  Root<Leaf> root = heap.Make<Leaf>(7);
  heap.Collect();
  EXPECT_EQ(root->value, 7);
  EXPECT_EQ(heap.GetStats().objects, 1u);
}

TEST(Heap, WhatNothingReachesIsDestroyedOnce) {
  int destroyed = 0;
  Heap heap;
  heap.Make<Node>(&destroyed);
  EXPECT_EQ(destroyed, 0);
  heap.Collect();
  EXPECT_EQ(destroyed, 1);
  heap.Collect();
  EXPECT_EQ(destroyed, 1);
  EXPECT_EQ(heap.GetStats().objects, 0u);
  EXPECT_EQ(heap.GetStats().allocated_bytes, 0u);
}

TEST(Heap, AHandleKeepsItsObjectWhileItsOwnIsKept) {
  int destroyed = 0;
  Heap heap;
  Root<Node> first = heap.Make<Node>(&destroyed);
  first->next = heap.Make<Node>(&destroyed);
  heap.Collect();
  EXPECT_EQ(destroyed, 0);
  first->next = nullptr;
  heap.Collect();
  EXPECT_EQ(destroyed, 1);
}

TEST(Heap, ARingThatNothingReachesGoes) {
  int destroyed = 0;
  Heap heap;
  {
    Root<Node> a = heap.Make<Node>(&destroyed);
    Root<Node> b = heap.Make<Node>(&destroyed);
    a->next = b;
    b->next = a;
  }
  heap.Collect();
  EXPECT_EQ(destroyed, 2);
}

TEST(Heap, MarksALongChainWithoutDeepRecursion) {
  Heap heap({.percent = -1});
  Root<Node> head;
  for (int i = 0; i < 300'000; ++i) {
    Root<Node> node = heap.Make<Node>();
    node->next = head;
    head = node;
  }
  heap.Collect();
  EXPECT_EQ(heap.GetStats().objects, 300'000u);
  head.reset();
  heap.Collect();
  EXPECT_EQ(heap.GetStats().objects, 0u);
}

TEST(Heap, RootsAreCopiedMovedAndDropped) {
  int destroyed = 0;
  Heap heap;
  Root<Node> copy;
  EXPECT_FALSE(copy);
  {
    Root<Node> original = heap.Make<Node>(&destroyed);
    copy = original;
    Root<Node> moved = std::move(original);
    std::vector<Root<Node>> many(100, moved);
    heap.Collect();
  }
  heap.Collect();
  EXPECT_EQ(destroyed, 0);
  copy = heap.Make<Node>(&destroyed);
  heap.Collect();
  EXPECT_EQ(destroyed, 1);
  copy.reset();
  heap.Collect();
  EXPECT_EQ(destroyed, 2);
}

TEST(Heap, AConstructorThatThrowsLeavesNothing) {
  struct Throwing {
    Throwing() { throw std::runtime_error("no"); }
    ~Throwing() { ADD_FAILURE() << "was never made"; }
  };
  Heap heap;
  EXPECT_THROW(heap.Make<Throwing>(), std::runtime_error);
  heap.Collect();
  EXPECT_EQ(heap.GetStats().objects, 0u);
}

template <std::size_t kBytes>
void MakesOne(Heap& heap) {
  struct Block {
    std::array<char, kBytes> bytes;
  };
  Root<Block> one = heap.Make<Block>();
  EXPECT_EQ(reinterpret_cast<uintptr_t>(one.get()) % kObjectAlignment, 0u) << kBytes;
  Root<Block> two = heap.Make<Block>();
  one->bytes.fill(1);
  two->bytes.fill(2);
  heap.Collect();
  for (char byte : one->bytes) ASSERT_EQ(byte, 1) << kBytes;
  for (char byte : two->bytes) ASSERT_EQ(byte, 2) << kBytes;
}

TEST(Heap, ObjectsOfAnySizeAreAlignedAndDoNotOverlap) {
  Heap heap;
  MakesOne<1>(heap);
  MakesOne<16>(heap);
  MakesOne<17>(heap);
  MakesOne<1000>(heap);
  MakesOne<4079>(heap);
  MakesOne<4080>(heap);
  MakesOne<4081>(heap);
  MakesOne<100'000>(heap);
  MakesOne<10'000'000>(heap);
  heap.Collect();
  EXPECT_EQ(heap.GetStats().objects, 0u);
  EXPECT_EQ(heap.GetStats().pages.used_bytes, 0u);
}

struct Kilobyte {
  char bytes[1000];
};

TEST(Heap, CollectsByItselfWhenItHasGrownByItsPercentage) {
  Heap heap({.percent = 100, .goal_least_bytes = 1 << 20});
  std::vector<Root<Kilobyte>> kept;
  for (int i = 0; i < 1500; ++i) kept.push_back(heap.Make<Kilobyte>());
  const Heap::Stats early = heap.GetStats();
  EXPECT_EQ(early.cycles, 1);  // at 1 MiB; all of it lives, so the next one is due at twice that
  EXPECT_EQ(early.goal_bytes, 2 * early.live_bytes);
  for (int i = 0; i < 10'000; ++i) heap.Make<Kilobyte>();
  const Heap::Stats late = heap.GetStats();
  EXPECT_GT(late.cycles, 5);
  EXPECT_LE(late.allocated_bytes, late.goal_bytes);
  EXPECT_GE(late.live_bytes, 1500u * sizeof(Kilobyte));
}

TEST(Heap, NeverCollectsByGrowthWhenThatIsOff) {
  Heap heap({.percent = -1, .goal_least_bytes = 1 << 20});
  for (int i = 0; i < 5000; ++i) heap.Make<Kilobyte>();
  EXPECT_EQ(heap.GetStats().cycles, 0);
  heap.SetPercent(100);
  heap.Make<Kilobyte>();
  EXPECT_EQ(heap.GetStats().cycles, 1);
}

TEST(Heap, AsksOnceACycle) {
  int wanted = 0;
  Heap heap({.goal_least_bytes = 1 << 20, .wanted = [&] { ++wanted; }});
  for (int i = 0; i < 2000; ++i) heap.Make<Kilobyte>();
  EXPECT_EQ(wanted, 1);
  EXPECT_EQ(heap.GetStats().cycles, 0);
  heap.Collect();
  for (int i = 0; i < 2000; ++i) heap.Make<Kilobyte>();
  EXPECT_EQ(wanted, 2);
}

TEST(Heap, StopsTheWorldToCollect) {
  int stops = 0;
  bool stopped = false;
  int64_t now_ns = 100;
  Heap heap({.stop =
                 [&](const std::function<void()>& collect) {
                   ++stops;
                   stopped = true;
                   collect();
                   stopped = false;
                 },
             .now_ns =
                 [&] {
                   EXPECT_TRUE(stopped);
                   return now_ns += 5;
                 }});
  EXPECT_EQ(heap.GetStats().last_end_ns, 0);
  heap.Collect();
  EXPECT_EQ(stops, 1);
  EXPECT_EQ(heap.GetStats().cycles, 1);
  EXPECT_EQ(heap.GetStats().last_end_ns, 110);
  EXPECT_EQ(heap.GetStats().last_duration_ns, 5);
}

TEST(HeapDeathTest, EndsOnlyWithoutRoots) {
  EXPECT_DEATH(
      {
        Root<Leaf> root;
        Heap heap;
        root = heap.Make<Leaf>();
      },
      "fatal: a heap ends while a root still holds an object of it");
}

TEST(HeapDeathTest, OutOfMemoryEndsWithOneLine) {
#if defined(PROCTOR_ASAN) || defined(PROCTOR_TSAN)
  GTEST_SKIP() << "a sanitizer has the address space";
#endif
  struct Huge {
    char bytes[std::size_t{1} << 50];
  };
  Heap heap;
  EXPECT_DEATH(heap.Make<Huge>(), "^fatal: out of memory: the heap wants [0-9]+ more bytes\n$");
}

std::size_t ResidentBytes() {
  // The second number of statm: pages of this process in memory.
  std::size_t pages = 0, resident = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  EXPECT_EQ(std::fscanf(file, "%zu %zu", &pages, &resident), 2);
  std::fclose(file);
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

TEST(Heap, TheScavengerGivesBackWhatIsNotRetained) {
  constexpr std::size_t kMiB = 1 << 20;
  Heap heap({.percent = 100, .goal_least_bytes = 4 * kMiB, .retain_percent = 10});
  {
    std::vector<Root<Kilobyte>> many;
    for (int i = 0; i < 64'000; ++i) {
      many.push_back(heap.Make<Kilobyte>());
      many.back()->bytes[0] = many.back()->bytes[999] = 1;
    }
    EXPECT_FALSE(heap.ScavengeAskedFor());
  }
  heap.Collect();
  EXPECT_TRUE(heap.ScavengeAskedFor());
  [[maybe_unused]] const std::size_t before = ResidentBytes();
  std::size_t released = 0, steps = 0;
  while (std::size_t step = heap.ScavengeStep(1 * kMiB)) {
    EXPECT_LE(step, 1 * kMiB);
    released += step;
    ++steps;
  }
  EXPECT_GE(steps, 50u);
  EXPECT_GE(released, 55 * kMiB);
  EXPECT_EQ(heap.GetStats().pages.released_total_bytes, released);
#if !defined(PROCTOR_ASAN) && !defined(PROCTOR_TSAN)
  EXPECT_GE(before - ResidentBytes(), released * 9 / 10);
#endif
  const Pages::Stats pages = heap.GetStats().pages;
  EXPECT_LE(pages.used_bytes + pages.kept_bytes, 4 * kMiB * 11 / 10);
  EXPECT_GE(pages.used_bytes + pages.kept_bytes, 4 * kMiB);
  heap.AskForScavenge(false);
  heap.Collect();
  EXPECT_FALSE(heap.ScavengeAskedFor());
}

// Threads allocate and link at once; stopping them is one big lock here.
TEST(Heap, ServesManyThreads) {
  std::mutex world;
  Heap heap({.goal_least_bytes = 256 << 10,
             .stop =
                 [&](const std::function<void()>& collect) {
                   const std::lock_guard lock(world);
                   collect();
                 },
             .wanted = [] {}});
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  std::array<int, 4> destroyed{};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      Root<Node> list;
      for (int i = 0; i < 5000; ++i) {
        const std::lock_guard lock(world);
        Root<Node> node = heap.Make<Node>(&destroyed[t]);
        if (i % 100 != 0) node->next = list;
        list = node;
      }
    });
  }
  std::thread collector([&] {
    while (!done) heap.Collect();
  });
  for (std::thread& thread : threads) thread.join();
  done = true;
  collector.join();
  heap.Collect();
  EXPECT_EQ(destroyed, (std::array<int, 4>{5000, 5000, 5000, 5000}));
}

// Against a model of what reaches what: after every cycle exactly the reachable objects are left.

std::set<int> destroyed_ids;

struct Vertex {
  Vertex(int i, std::size_t extra) : id(i), more(extra, static_cast<char>(i)) {}
  ~Vertex() { destroyed_ids.insert(id); }
  void Trace(Marker& marker) const {
    for (const Handle<Vertex>& edge : edges) marker.Visit(edge);
  }
  int id;
  std::string more;
  std::vector<Handle<Vertex>> edges;
};

RC_GTEST_PROP(Heap, KeepsExactlyWhatIsReachable, ()) {
  destroyed_ids.clear();
  Heap heap({.percent = -1});
  std::map<int, Root<Vertex>> roots;
  std::map<int, std::vector<int>> edges;  // of every object that is alive in the model
  int next_id = 0;
  const auto any_root = [&] {
    auto root = roots.begin();
    std::advance(root, *rc::gen::inRange<std::size_t>(0, roots.size()));
    return root;
  };
  const auto reachable = [&] {
    std::set<int> found;
    std::vector<int> pending;
    for (const auto& [id, root] : roots) pending.push_back(id);
    while (!pending.empty()) {
      const int id = pending.back();
      pending.pop_back();
      if (!found.insert(id).second) continue;
      for (int to : edges[id]) pending.push_back(to);
    }
    return found;
  };
  const auto steps = *rc::gen::inRange(1, 150);
  for (int step = 0; step < steps; ++step) {
    const int kind = *rc::gen::inRange(0, 8);
    if (kind <= 2 || roots.empty()) {
      const int id = next_id++;
      roots.emplace(id, heap.Make<Vertex>(id, *rc::gen::inRange<std::size_t>(0, 100)));
      edges[id] = {};
    } else if (kind <= 4) {
      auto from = any_root(), to = any_root();
      from->second->edges.push_back(to->second);
      edges[from->first].push_back(to->first);
    } else if (kind == 5) {
      roots.erase(any_root());
    } else if (kind == 6) {
      // Down an edge: a root for something that only a handle named.
      auto from = any_root();
      if (!from->second->edges.empty()) {
        const Handle<Vertex> to = from->second->edges.back();
        roots.insert_or_assign(to->id, Root<Vertex>(heap, to));
        from->second->edges.pop_back();
        edges[from->first].pop_back();
      }
    } else {
      const std::set<int> expected = reachable();
      heap.Collect();
      RC_ASSERT(heap.GetStats().objects == expected.size());
      for (const auto& [id, to] : edges) {
        RC_ASSERT(destroyed_ids.contains(id) != expected.contains(id));
      }
      for (const auto& [id, root] : roots) {
        RC_ASSERT(root->id == id);
        RC_ASSERT(root->more == std::string(root->more.size(), static_cast<char>(id)));
        RC_ASSERT(root->edges.size() == edges[id].size());
      }
    }
  }
  roots.clear();
  heap.Collect();
  RC_ASSERT(heap.GetStats().objects == 0u);
  RC_ASSERT(destroyed_ids.size() == static_cast<std::size_t>(next_id));
  RC_ASSERT(heap.GetStats().pages.used_bytes == 0u);
}

}  // namespace
}  // namespace proctor::runtime
