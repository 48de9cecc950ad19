// The table of functions that a Go program carries for its own use (pclntab), also where it is
// stripped of symbols: which addresses a function has.
//
// Its format has changed three times; those of Go 1.2, 1.16, 1.18 and 1.20 are known (the source is
// debug/gosym and runtime/symtab.go of those releases).
//
// Thread safety: all functions may be called from any thread.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_FUNCTION_TABLE_H_
#define PROCTOR_CONFORMANCE_OBSERVER_FUNCTION_TABLE_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace proctor {

struct FunctionRange {
  uint64_t begin;
  uint64_t end;           // exclusive
  bool relative = false;  // to the start of the program's text, not addresses as linked
};

// Where a function table begins in these bytes; nullopt: there is none.
std::optional<uint64_t> FindFunctionTable(std::string_view bytes);

// The addresses of the function of this name; `table` begins where the table does and may go on
// behind it. nullopt: it does not name the function, or cannot be understood.
std::optional<FunctionRange> FindInFunctionTable(std::string_view table, std::string_view name);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_FUNCTION_TABLE_H_
