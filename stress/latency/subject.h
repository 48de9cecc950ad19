// What is measured against what: a program that is called as PROGRAM OPERATION PROCESSORS DIVISOR,
// measures with its usual repetitions divided by the last, and prints one number (or "unsupported")
// on a line. A process each time, so that no
// measurement finds another one's memory, threads or habits.
//
// Thread safety: one thread.

#ifndef PROCTOR_STRESS_LATENCY_SUBJECT_H_
#define PROCTOR_STRESS_LATENCY_SUBJECT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "stress/latency/operations.h"

namespace proctor::latency {

struct Subject {
  std::string name;     // for the table
  std::string program;  // its path
  std::string absent;   // not empty: why it cannot be measured
};

struct Figure {
  std::optional<double> value;  // in the operation's unit
  bool unsupported = false;     // this subject has no such thing
  std::string error;            // one line
};

// Runs it once. Bounded: a subject that takes longer than a minute is killed, and that is an error.
Figure Measure(const Subject& subject, const Operation& operation, int32_t procs, int divisor);

// The Go program, built by `go` from PATH into `directory`. Go that is not there, or does not build
// it, makes it absent.
Subject BuildGoSubject(const std::string& source, const std::string& directory);

}  // namespace proctor::latency

#endif  // PROCTOR_STRESS_LATENCY_SUBJECT_H_
