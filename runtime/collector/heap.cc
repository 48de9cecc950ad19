#include "runtime/collector/heap.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <limits>

namespace proctor::runtime {

using heap_internal::Header;
using heap_internal::State;
using heap_internal::Type;

namespace {

// Sizes of cells, header included: four steps to each doubling waste at most a fifth of a cell.
constexpr std::size_t kCellBytes[] = {32,   48,   64,   80,   96,   112,  128,  160,  192,
                                      224,  256,  320,  384,  448,  512,  640,  768,  896,
                                      1024, 1280, 1536, 1792, 2048, 2560, 3072, 3584, 4096};
constexpr std::size_t kSizeClasses = std::size(kCellBytes);
constexpr std::size_t kSmallMost = kCellBytes[kSizeClasses - 1];
constexpr std::size_t kCellsLeast = 8;  // in a span: spans of large cells have several pages

std::size_t SizeClassOf(std::size_t cell_bytes) {
  return static_cast<std::size_t>(
      std::lower_bound(std::begin(kCellBytes), std::end(kCellBytes), cell_bytes) -
      std::begin(kCellBytes));
}

std::size_t PagesFor(std::size_t bytes) { return (bytes + kPageBytes - 1) / kPageBytes; }

int64_t MonotonicNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Header*& NextFree(Header* cell) { return *reinterpret_cast<Header**>(cell + 1); }

}  // namespace

// Pages cut into cells of one size; a large object is the only cell of its span.
struct Heap::Span {
  char* base;
  std::size_t pages;
  std::size_t cell_bytes;
  Header* free = nullptr;
  std::size_t used = 0;

  std::size_t cells() const { return pages * kPageBytes / cell_bytes; }
  Header* cell(std::size_t i) const { return reinterpret_cast<Header*>(base + i * cell_bytes); }
  // In order of address: neighbours in time are neighbours in memory.
  void AddFree(Header* cell, Header**& tail) {
    cell->type = nullptr;
    cell->state = State::kFree;
    cell->marked = false;
    *tail = cell;
    tail = &NextFree(cell);
    *tail = nullptr;
  }
};

Heap::Heap(HeapOptions options)
    : options_(std::move(options)), percent_(options_.percent), with_room_(kSizeClasses) {
  Pace();
}

Heap::~Heap() {
  if (roots_ != nullptr) {
    std::fprintf(stderr, "fatal: a heap ends while a root still holds an object of it\n");
    std::abort();
  }
  for (const auto& span : spans_) {
    for (std::size_t i = 0; i < span->cells(); ++i) {
      Header* const cell = span->cell(i);
      if (cell->state == State::kLive && cell->type->destroy != nullptr) {
        cell->type->destroy(cell + 1);
      }
    }
  }
}

void* Heap::Allocate(std::size_t bytes, const Type& type) {
  const std::size_t cell_bytes = bytes + sizeof(Header);
  ThreadMutexGuard lock(mutex_);
  if (stats_.allocated_bytes + cell_bytes > stats_.goal_bytes && !wanted_) {
    wanted_ = true;
    lock.Release();
    options_.wanted ? options_.wanted() : Collect();
    lock.Acquire();
  }
  Span* span = nullptr;
  if (cell_bytes <= kSmallMost) {
    span = SpanWithRoom(SizeClassOf(cell_bytes));
  } else {
    const std::size_t pages = PagesFor(cell_bytes);
    span = NewSpan(pages, pages * kPageBytes);
  }
  Header* const cell = span->free;
  span->free = NextFree(cell);
  ++span->used;
  if (span->free == nullptr && cell_bytes <= kSmallMost) {
    with_room_[SizeClassOf(cell_bytes)].pop_back();
  }
  cell->type = &type;
  cell->state = State::kReserved;
  stats_.allocated_bytes += span->cell_bytes;
  ++stats_.objects;
  return cell + 1;
}

void Heap::Publish(void* object) {
  const ThreadMutexGuard lock(mutex_);
  heap_internal::HeaderOf(object)->state = State::kLive;
}

// Its constructor has thrown: the next sweep finds a cell that nothing reaches and that has nothing
// to destroy.
void Heap::Abandon(void* object) {
  static constexpr Type kNothing{nullptr, nullptr};
  const ThreadMutexGuard lock(mutex_);
  Header* const header = heap_internal::HeaderOf(object);
  header->type = &kNothing;
  header->state = State::kLive;
}

void Heap::Collect() {
  if (options_.stop) {
    options_.stop([this] { CollectStopped(); });
  } else {
    CollectStopped();
  }
}

void Heap::CollectStopped() {
  const auto now_ns = [this] { return options_.now_ns ? options_.now_ns() : MonotonicNs(); };
  const ThreadMutexGuard lock(mutex_);
  const int64_t start_ns = now_ns();
  std::vector<Header*> pending;
  Mark(pending);
  Sweep();
  stats_.live_bytes = stats_.allocated_bytes;
  Pace();
  wanted_ = false;
  ++stats_.cycles;
  stats_.last_end_ns = now_ns();
  stats_.last_duration_ns = stats_.last_end_ns - start_ns;
  std::size_t excess_bytes = 0;
  if (OverRetained(&excess_bytes)) AskForScavenge(true);
}

// Depth first with a list of our own: a stack would have to be as deep as the longest chain.
void Heap::Mark(std::vector<Header*>& pending) {
  Marker marker(pending);
  {
    const ThreadMutexGuard lock(roots_mutex_);
    for (const RootBase* root = roots_; root != nullptr; root = root->next_) {
      if (root->object_ != nullptr) marker.Visit(heap_internal::HeaderOf(root->object_));
    }
  }
  while (!pending.empty()) {
    Header* const header = pending.back();
    pending.pop_back();
    if (header->type->trace != nullptr) header->type->trace(header + 1, marker);
  }
}

void Heap::Sweep() {
  for (auto& room : with_room_) room.clear();
  for (auto& span : spans_) {
    Header** tail = &span->free;
    *tail = nullptr;
    for (std::size_t i = 0; i < span->cells(); ++i) {
      Header* const cell = span->cell(i);
      if (cell->state == State::kReserved || cell->marked) {
        cell->marked = false;
        continue;
      }
      if (cell->state == State::kLive) {
        if (cell->type->destroy != nullptr) cell->type->destroy(cell + 1);
        --span->used;
        --stats_.objects;
        stats_.allocated_bytes -= span->cell_bytes;
      }
      span->AddFree(cell, tail);
    }
    if (span->used == 0) {
      pages_.Give(span->base, span->pages);
      span.reset();
    } else if (span->free != nullptr) {
      with_room_[SizeClassOf(span->cell_bytes)].push_back(span.get());
    }
  }
  std::erase(spans_, nullptr);
}

void Heap::Pace() {
  const int32_t percent = percent_.load(std::memory_order_relaxed);
  if (percent < 0) {
    stats_.goal_bytes = std::numeric_limits<std::size_t>::max();
    return;
  }
  const std::size_t growth = stats_.live_bytes / 100 * static_cast<std::size_t>(percent) +
                             stats_.live_bytes % 100 * static_cast<std::size_t>(percent) / 100;
  stats_.goal_bytes = std::max(options_.goal_least_bytes, stats_.live_bytes + growth);
}

void Heap::SetPercent(int32_t percent) {
  const ThreadMutexGuard lock(mutex_);
  percent_.store(percent, std::memory_order_relaxed);
  Pace();
}

// Used and kept pages against what the heap will need up to its next cycle, and a little more.
bool Heap::OverRetained(std::size_t* excess_bytes) const {
  const Pages::Stats& pages = pages_.stats();
  const std::size_t goal_bytes =
      percent() < 0 ? std::max(stats_.live_bytes, options_.goal_least_bytes) : stats_.goal_bytes;
  const std::size_t retain_bytes =
      goal_bytes + goal_bytes / 100 * static_cast<std::size_t>(options_.retain_percent);
  const std::size_t held_bytes = pages.used_bytes + pages.kept_bytes;
  if (held_bytes <= retain_bytes || pages.kept_bytes == 0) return false;
  *excess_bytes = std::min(held_bytes - retain_bytes, pages.kept_bytes);
  return true;
}

std::size_t Heap::ScavengeStep(std::size_t bytes_most) {
  const ThreadMutexGuard lock(mutex_);
  std::size_t excess_bytes = 0;
  if (!OverRetained(&excess_bytes)) return 0;
  return pages_.Release(std::min(excess_bytes, bytes_most));
}

Heap::Stats Heap::GetStats() const {
  const ThreadMutexGuard lock(mutex_);
  Stats stats = stats_;
  stats.pages = pages_.stats();
  return stats;
}

Heap::Span* Heap::SpanWithRoom(std::size_t size_class) {
  auto& room = with_room_[size_class];
  if (room.empty()) {
    const std::size_t cell_bytes = kCellBytes[size_class];
    room.push_back(NewSpan(PagesFor(cell_bytes * kCellsLeast), cell_bytes));
  }
  return room.back();
}

Heap::Span* Heap::NewSpan(std::size_t pages, std::size_t cell_bytes) {
  char* const base = pages_.Take(pages);
  if (base == nullptr) {
    std::fprintf(stderr, "fatal: out of memory: the heap wants %zu more bytes\n",
                 pages * kPageBytes);
    std::abort();
  }
  spans_.push_back(std::make_unique<Span>(Span{base, pages, cell_bytes}));
  Span* const span = spans_.back().get();
  Header** tail = &span->free;
  for (std::size_t i = 0; i < span->cells(); ++i) span->AddFree(span->cell(i), tail);
  return span;
}

void Heap::Link(RootBase* root) {
  const ThreadMutexGuard lock(roots_mutex_);
  root->next_ = roots_;
  root->previous_ = nullptr;
  if (roots_ != nullptr) roots_->previous_ = root;
  roots_ = root;
}

void Heap::Unlink(RootBase* root) {
  const ThreadMutexGuard lock(roots_mutex_);
  (root->previous_ != nullptr ? root->previous_->next_ : roots_) = root->next_;
  if (root->next_ != nullptr) root->next_->previous_ = root->previous_;
}

void RootBase::Assign(Heap* heap, void* object) {
  if (heap_ != heap) {
    Drop();
    heap_ = heap;
    object_ = object;
    if (heap_ != nullptr) heap_->Link(this);
  } else {
    object_ = object;
  }
}

void RootBase::Drop() {
  if (heap_ != nullptr) heap_->Unlink(this);
  heap_ = nullptr;
  object_ = nullptr;
}

}  // namespace proctor::runtime
