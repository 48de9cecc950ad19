#include "runtime/arch/flow.h"

#include <cstdlib>
#include <cstring>
#include <exception>

#if defined(PROCTOR_ASAN)
#include <pthread.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(PROCTOR_TSAN)
#include <sanitizer/tsan_interface.h>
#endif

namespace __cxxabiv1 {
struct __cxa_eh_globals;
extern "C" __cxa_eh_globals* __cxa_get_globals() noexcept;
}  // namespace __cxxabiv1

namespace proctor::runtime {
namespace {

ExceptionGlobals* ThreadsExceptions() {
  return reinterpret_cast<ExceptionGlobals*>(__cxxabiv1::__cxa_get_globals());
}

}  // namespace

void Flow::Make(void* low, void* high, void (*entry)(void*), void* argument) {
  entry_ = entry;
  argument_ = argument;
  exceptions_ = {};
#if defined(PROCTOR_ASAN)
  low_ = low;
  bytes_ = static_cast<std::size_t>(static_cast<char*>(high) - static_cast<char*>(low));
  fake_stack_ = nullptr;
#endif
#if defined(PROCTOR_TSAN)
  fiber_ = __tsan_create_fiber(0);
  owns_fiber_ = true;
#endif
  context_ = MakeContext(low, high, Start, this);
}

void Flow::AdoptThread() {
  threads_exceptions_ = ThreadsExceptions();
#if defined(PROCTOR_ASAN)
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) std::abort();
  void* low = nullptr;
  pthread_attr_getstack(&attributes, &low, &bytes_);
  pthread_attr_destroy(&attributes);
  low_ = low;
#endif
#if defined(PROCTOR_TSAN)
  fiber_ = __tsan_get_current_fiber();
  owns_fiber_ = false;
#endif
}

void Flow::Release() {
#if defined(PROCTOR_TSAN)
  if (owns_fiber_) __tsan_destroy_fiber(fiber_);
  owns_fiber_ = false;
  fiber_ = nullptr;
#endif
}

PROCTOR_UNINSTRUMENTED void Flow::Start(void* self) {
  auto* flow = static_cast<Flow*>(self);
#if defined(PROCTOR_ASAN)
  __sanitizer_finish_switch_fiber(nullptr, nullptr, nullptr);
#endif
  // noexcept: an exception that nobody catches ends the process here, with the usual message,
  // rather than in the unwinder's search of a stack that has no more frames.
  const auto run = [flow]() noexcept { flow->entry_(flow->argument_); };
  run();
  std::abort();  // entry has returned
}

#if defined(PROCTOR_ASAN) || defined(PROCTOR_TSAN)

PROCTOR_UNINSTRUMENTED void Flow::Switch(Flow& to, [[maybe_unused]] bool for_good) {
  ExchangeExceptions(to);
#if defined(PROCTOR_ASAN)
  __sanitizer_start_switch_fiber(for_good ? nullptr : &fake_stack_, to.low_, to.bytes_);
#endif
#if defined(PROCTOR_TSAN)
  __tsan_switch_to_fiber(to.fiber_, 0);
#endif
  SwitchContext(context_, to.context_);
#if defined(PROCTOR_ASAN)
  __sanitizer_finish_switch_fiber(fake_stack_, nullptr, nullptr);
#endif
}

#endif

PROCTOR_UNINSTRUMENTED void LeaveFlow(Flow& from, Flow& to) {
  from.Switch(to, true);
  std::abort();  // somebody resumed a flow that had left for good
}

}  // namespace proctor::runtime
