// What the adapter says: lines on descriptor 4 (conformance/adapter/PROTOCOL.md).
//
// A line is written by a system call that the runtime does not know of: while a scenario runs,
// nothing of the adapter's own may count as one.
//
// Thread safety: any thread; a line is short enough for the pipe to take it whole.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_STAMPS_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_STAMPS_H_

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "conformance/evidence/event.h"

namespace proctor::reference {

// CLOCK_MONOTONIC, in nanoseconds.
int64_t NowNs();

// The text must end in a line feed, or be a part of what does.
void Say(std::string_view text);

// An event of the task g (-1: of the scenario itself), now or at the time given.
void Stamp(EventKind kind, int64_t g, std::initializer_list<std::pair<Arg, int64_t>> args = {});
void StampAt(int64_t time_ns, EventKind kind, int64_t g,
             std::initializer_list<std::pair<Arg, int64_t>> args = {});

}  // namespace proctor::reference

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_STAMPS_H_
