// What a task runs: anything that can be called without arguments, moved in once and called once.
// Small ones are kept in place, so that spawning them allocates nothing.
//
// Thread safety: a plain value.

#ifndef PROCTOR_RUNTIME_SCHEDULER_TASK_FUNCTION_H_
#define PROCTOR_RUNTIME_SCHEDULER_TASK_FUNCTION_H_

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace proctor::runtime {

class TaskFunction {
 public:
  TaskFunction() = default;
  template <typename F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, TaskFunction>)
  TaskFunction(F&& function) {  // NOLINT: implicit, so that a lambda can be passed as one
    using Function = std::decay_t<F>;
    if constexpr (FitsInPlace<Function>()) {
      new (storage_) Function(std::forward<F>(function));
      operations_ = &kInPlace<Function>;
    } else {
      *reinterpret_cast<Function**>(storage_) = new Function(std::forward<F>(function));
      operations_ = &kOnHeap<Function>;
    }
  }
  TaskFunction(TaskFunction&& other) noexcept { TakeFrom(other); }
  TaskFunction& operator=(TaskFunction&& other) noexcept {
    if (this != &other) {
      Reset();
      TakeFrom(other);
    }
    return *this;
  }
  ~TaskFunction() { Reset(); }

  void operator()() { operations_->call(storage_); }
  explicit operator bool() const { return operations_ != nullptr; }

  void Reset() {
    if (operations_ != nullptr) operations_->destroy(storage_);
    operations_ = nullptr;
  }

 private:
  static constexpr size_t kInPlaceBytes = 48;

  struct Operations {
    void (*call)(void*);
    void (*move)(void* from, void* to);
    void (*destroy)(void*);
  };

  template <typename F>
  static constexpr bool FitsInPlace() {
    return sizeof(F) <= kInPlaceBytes && alignof(F) <= alignof(void*) * 2 &&
           std::is_nothrow_move_constructible_v<F>;
  }
  template <typename F>
  static constexpr Operations kInPlace = {[](void* f) { (*static_cast<F*>(f))(); },
                                          [](void* from, void* to) {
                                            new (to) F(std::move(*static_cast<F*>(from)));
                                            static_cast<F*>(from)->~F();
                                          },
                                          [](void* f) { static_cast<F*>(f)->~F(); }};
  template <typename F>
  static constexpr Operations kOnHeap = {
      [](void* f) { (**static_cast<F**>(f))(); },
      [](void* from, void* to) { *static_cast<F**>(to) = *static_cast<F**>(from); },
      [](void* f) { delete *static_cast<F**>(f); }};

  void TakeFrom(TaskFunction& other) {
    operations_ = other.operations_;
    if (operations_ != nullptr) operations_->move(other.storage_, storage_);
    other.operations_ = nullptr;
  }

  const Operations* operations_ = nullptr;
  alignas(alignof(void*) * 2) std::byte storage_[kInPlaceBytes];
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_TASK_FUNCTION_H_
