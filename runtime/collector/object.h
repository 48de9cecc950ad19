// What the heap holds, and what holds on to it: Root from outside, Handle from object to object.
//
// Thread safety: objects change as their users agree; the collector reads them with the world
// stopped.

#ifndef PROCTOR_RUNTIME_COLLECTOR_OBJECT_H_
#define PROCTOR_RUNTIME_COLLECTOR_OBJECT_H_

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace proctor::runtime {

class Heap;
class Marker;
template <typename T>
class Root;

// Every object starts at a multiple of this.
inline constexpr std::size_t kObjectAlignment = 16;

namespace heap_internal {

// What the heap must know of a type.
struct Type {
  void (*trace)(const void* object, Marker& marker);  // null: has no handles
  void (*destroy)(void* object);                      // null: nothing to do
};

enum class State : uint32_t {
  kFree,      // of nobody; the first word of the object is the next free cell
  kReserved,  // its constructor runs
  kLive,
};

// Lies right before each object.
struct alignas(kObjectAlignment) Header {
  const Type* type;
  State state;
  bool marked;
};
static_assert(sizeof(Header) == kObjectAlignment);

inline Header* HeaderOf(const void* object) {
  return static_cast<Header*>(const_cast<void*>(object)) - 1;
}

template <typename T>
concept HasHandles = requires(const T& object, Marker& marker) { object.Trace(marker); };

template <typename T>
constexpr auto TraceOf() -> void (*)(const void*, Marker&) {
  if constexpr (HasHandles<T>) {
    return [](const void* o, Marker& marker) { static_cast<const T*>(o)->Trace(marker); };
  } else {
    return nullptr;
  }
}

template <typename T>
constexpr auto DestroyOf() -> void (*)(void*) {
  if constexpr (std::is_trivially_destructible_v<T>) {
    return nullptr;
  } else {
    return [](void* o) { static_cast<T*>(o)->~T(); };
  }
}

template <typename T>
inline constexpr Type kTypeOf{TraceOf<T>(), DestroyOf<T>()};

}  // namespace heap_internal

// Names an object from within another one; null at first.
template <typename T>
class Handle {
 public:
  Handle() = default;
  Handle(std::nullptr_t) {}  // NOLINT(google-explicit-constructor): it is a pointer
  // NOLINTNEXTLINE(google-explicit-constructor): likewise
  Handle(const Root<T>& root) : object_(root.get()) {}

  T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }
  bool operator==(const Handle&) const = default;

 private:
  template <typename>
  friend class Root;
  T* object_ = nullptr;
};

// What an object's Trace method tells its handles to.
class Marker {
 public:
  template <typename T>
  void Visit(const Handle<T>& handle) {
    if (handle) Visit(heap_internal::HeaderOf(handle.get()));
  }

 private:
  friend class Heap;
  explicit Marker(std::vector<heap_internal::Header*>& pending) : pending_(pending) {}

  void Visit(heap_internal::Header* header) {
    if (header->marked) return;
    header->marked = true;
    pending_.push_back(header);
  }

  std::vector<heap_internal::Header*>& pending_;
};

// A link in the heap's list of roots.
class RootBase {
 protected:
  // Null: none, and no heap yet.
  RootBase() = default;
  RootBase(Heap& heap, void* object) { Assign(&heap, object); }
  RootBase(const RootBase& other) { Assign(other.heap_, other.object_); }
  RootBase& operator=(const RootBase& other) {
    Assign(other.heap_, other.object_);
    return *this;
  }
  ~RootBase() { Drop(); }
  void Drop();

  void* object() const { return object_; }

 private:
  friend class Heap;
  Heap* heap_ = nullptr;
  void* object_ = nullptr;
  RootBase* next_ = nullptr;
  RootBase* previous_ = nullptr;

  // Keeps another object from now on; links and unlinks as the heap changes.
  void Assign(Heap* heap, void* object);
};

// Keeps an object from outside of the heap: on a stack, in a global, in memory of malloc's. Never
// inside an object of the heap, which it would keep for ever.
template <typename T>
class Root : public RootBase {
 public:
  Root() = default;
  Root(Heap& heap, T* object) : RootBase(heap, object) {}
  // Keeps what the handle names. The caller knows that it is alive: some root reaches it now.
  Root(Heap& heap, const Handle<T>& handle) : Root(heap, handle.get()) {}

  void reset() { Drop(); }
  T* get() const { return static_cast<T*>(object()); }
  T* operator->() const { return get(); }
  T& operator*() const { return *get(); }
  explicit operator bool() const { return get() != nullptr; }
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_COLLECTOR_OBJECT_H_
