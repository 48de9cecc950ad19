// The runtime found itself broken: says what, and ends the process.
//
// Thread safety: any thread, signal handlers included.

#ifndef PROCTOR_RUNTIME_BASE_PANIC_H_
#define PROCTOR_RUNTIME_BASE_PANIC_H_

namespace proctor::runtime {

// printf's format. One line on standard error, then SIGABRT. Takes no lock.
[[noreturn, gnu::format(printf, 1, 2), gnu::cold]] void Panic(const char* format, ...);

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_BASE_PANIC_H_
