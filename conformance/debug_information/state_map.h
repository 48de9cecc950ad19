// A state map: what of a program stands for the variables and events of evidence (events.def), as
// data. STATE_MAP.md beside this file describes the JSON; maps/ holds those that come with Proctor.
//
// Thread safety: a StateMap is a plain value.

#ifndef PROCTOR_CONFORMANCE_DEBUG_INFORMATION_STATE_MAP_H_
#define PROCTOR_CONFORMANCE_DEBUG_INFORMATION_STATE_MAP_H_

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/evidence/event.h"

namespace proctor {

inline constexpr std::string_view kStateMapSchema = "proctor-state-map/1";

// How to compute a variable from numbers in memory. A path that a program does not have is left
// out; a formula without any is not readable there.
struct Formula {
  enum class Kind {
    kFirst,     // the number at the first path that the program has
    kSum,       // of all, less those in `minus`, and one for each in `present` that is not 0
    kLeast,     // the least of those that are not 0; 0: there is none
    kAnyIsSet,  // 1 where any is not 0
    kAllEqual,  // 1 where each is the number in `expected`, else 0
  };
  Kind kind = Kind::kFirst;
  std::vector<std::string> paths;
  std::vector<std::string> minus;
  std::vector<std::string> present;
  std::vector<int64_t> expected;      // of each path
  std::map<int64_t, int64_t> values;  // what a number means; those not named mean themselves
};

// A function whose entry in the monitor's thread is an event.
struct MappedEvent {
  EventKind kind;
  std::string function;
  // The number of the parameter, from 0, that holds the address of the event's processor; -1: none.
  int processor = -1;
  std::vector<std::pair<Arg, int>> args;  // the numbers of the parameters that hold arguments
};

enum class CallingConvention {
  kGo,       // gc since 1.17: integers in registers
  kSystemV,  // C and C++
};

struct StateMap {
  std::string name;  // "gc Go 1.19 to 1.27"
  CallingConvention convention = CallingConvention::kSystemV;
  std::string monitor;     // the function that the monitor's thread runs in
  std::string processors;  // the path of the list of processors
  std::vector<std::pair<Variable, Formula>> variables;
  std::vector<std::pair<Variable, Formula>> of_processors;  // paths begin at a member of one
  std::vector<MappedEvent> events;
};

// Whether the variable is one of a processor.
bool IsOfProcessor(Variable variable);

// nullopt: `error` is one line that names the place ("FILE: variables: npidle is no variable").
// `name` is what the messages call the text.
std::optional<StateMap> ParseStateMap(std::string_view text, std::string_view name,
                                      std::string& error);

// The maps that come with Proctor.
std::span<const StateMap> BuiltInStateMaps();

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_DEBUG_INFORMATION_STATE_MAP_H_
