// What a child does between fork and exec: only calls that are safe there; its strings are made
// before.
//
// Thread safety: for the one thread that is left after a fork.

#ifndef PROCTOR_CONFORMANCE_PROCESS_CHILD_H_
#define PROCTOR_CONFORMANCE_PROCESS_CHILD_H_

#include <utility>
#include <vector>

namespace proctor {

struct ChildPlan {
  const char* program;
  char** argv;
  char** env;
  const char* directory;  // nullptr: stay
  int gate;               // -1: none
  int output;             // -1: keep
  bool null_input;
  std::vector<std::pair<int, int>> descriptors;  // every source above every target
  int highest_target;
  int failure;  // errno goes here when exec fails
  std::vector<int>
      kept;  // every descriptor above, in order: a keeper closes the rest before the fork
};

// Becomes the program.
[[noreturn]] void RunChild(const ChildPlan& plan);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_PROCESS_CHILD_H_
