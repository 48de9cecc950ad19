// What is measured: each operation is one thing that several runtimes can do, and every subject
// does it the same way (latency.go says how in the fewest words).
//
// Thread safety: constants.

#ifndef PROCTOR_STRESS_LATENCY_OPERATIONS_H_
#define PROCTOR_STRESS_LATENCY_OPERATIONS_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace proctor::latency {

struct Operation {
  const char* name;         // what a subject is asked for
  const char* description;  // for the table
  const char* unit;
  double ratio_to_go_most;  // the reference's figure over Go's; 0: there is no such target
  double most;              // the reference's figure itself; negative: there is no such target
  enum class Measured {
    kBySubject,
    kFromStamps,   // the same, but descriptor 3 must bring the times at which they were written
    kFromOutside,  // it prints its monitor's thread id and goes on until it is killed; measured is
                   // what share of a CPU that thread takes meanwhile
  };
  Measured measured = Measured::kBySubject;
};

std::span<const Operation> Operations();

}  // namespace proctor::latency

#endif  // PROCTOR_STRESS_LATENCY_OPERATIONS_H_
