// A layout: where in one program's memory everything is that a state map names, by the program's
// own DWARF, which libdw reads.
//
// Errors: one line that names the program and what is missing ("adapter: no debug information: it
// was stripped, or linked with -w").
//
// Thread safety: a Layout is a plain value.

#ifndef PROCTOR_CONFORMANCE_DEBUG_INFORMATION_LAYOUT_H_
#define PROCTOR_CONFORMANCE_DEBUG_INFORMATION_LAYOUT_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "conformance/debug_information/state_map.h"

namespace proctor {

// A number in memory. It begins at an address, or within a processor; each hop reads a pointer
// there and goes on N bytes behind what that points to.
struct Place {
  uint64_t start = 0;  // address as linked, or offset in the processor
  std::vector<int64_t> hops;
  uint8_t size = 0;  // 1, 2, 4 or 8 bytes
  bool is_signed = false;

  bool operator==(const Place&) const = default;
};

// A formula with its paths resolved.
struct PlacedVariable {
  Variable variable;
  Formula::Kind kind = Formula::Kind::kFirst;
  std::vector<Place> places;
  std::vector<Place> minus;
  std::vector<Place> present;
  std::vector<int64_t> expected;
  std::map<int64_t, int64_t> values;
};

// The list of processors: `first` is the address of its first element, `length` how many there are.
struct PlacedList {
  Place first;
  Place length;
  bool ends_at_address = false;  // `length` is the address behind the last element
  bool of_pointers = false;      // its elements are pointers to processors
  uint64_t element_bytes = 0;
};

struct PlacedEvent {
  MappedEvent event;
  uint64_t address = 0;  // of the function's first instruction, as linked
};

struct Layout {
  std::string program;  // the file
  std::string map;      // the state map's name
  CallingConvention convention = CallingConvention::kSystemV;
  bool moves = false;        // position independent: addresses are offsets from its mapping
  uint64_t linked_at = 0;    // the lowest address of its segments
  uint64_t monitor_low = 0;  // the instructions of the monitor's function
  uint64_t monitor_high = 0;
  PlacedList processors;
  std::vector<PlacedVariable> variables;
  std::vector<PlacedVariable> of_processors;
  std::vector<PlacedEvent> events;
};

// nullopt: `error`. A variable or event that this program lacks is left out; without the monitor's
// function, the list of processors or any of their ticks the map does not fit.
std::optional<Layout> ResolveLayout(const StateMap& map, const std::string& program,
                                    std::string& error);

// With the first of the maps that fits.
std::optional<Layout> ResolveLayout(std::span<const StateMap> maps, const std::string& program,
                                    std::string& error);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_DEBUG_INFORMATION_LAYOUT_H_
