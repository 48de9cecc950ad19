// The variables, functions and types of a program, by name: a thin layer over libdw.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_DEBUG_INFORMATION_DWARF_READER_H_
#define PROCTOR_CONFORMANCE_DEBUG_INFORMATION_DWARF_READER_H_

#include <elfutils/libdw.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

namespace proctor {

class DwarfReader {
 public:
  // Looks through the program's debug information for the names asked for. nullptr: `error`.
  static std::unique_ptr<DwarfReader> Open(const std::string& path,
                                           const std::set<std::string>& names, std::string& error);
  ~DwarfReader();
  DwarfReader(const DwarfReader&) = delete;
  DwarfReader& operator=(const DwarfReader&) = delete;

  bool is_position_independent() const { return is_position_independent_; }
  uint64_t linked_at() const { return linked_at_; }

  struct Variable {
    uint64_t address;
    Dwarf_Die type;
  };
  std::optional<Variable> FindVariable(const std::string& name) const;

  struct Function {
    uint64_t low;
    uint64_t high;
  };
  std::optional<Function> FindFunction(const std::string& name) const;

  std::optional<Dwarf_Die> FindType(const std::string& name) const;

  // The type without names and qualifiers for it.
  static Dwarf_Die Peel(Dwarf_Die type);
  // The type that another one speaks of (a pointer's, a member's); nullopt: none.
  static std::optional<Dwarf_Die> TypeOf(Dwarf_Die die);
  static uint64_t SizeOf(Dwarf_Die type);

  struct Member {
    uint64_t offset;
    Dwarf_Die type;
  };
  // Also of base classes. nullopt: the type has no such member.
  static std::optional<Member> FindMember(Dwarf_Die type, std::string_view name);
  // The one member of a struct that holds anything, as a wrapper of a number has; nullopt: there
  // are none or several.
  static std::optional<Member> OnlyMember(Dwarf_Die type);

 private:
  DwarfReader() = default;
  bool Load(const std::string& path, std::string& error);
  static bool HoldsNothing(Dwarf_Die type, int depth);
  void Collect(const std::set<std::string>& names);
  void CollectFrom(Dwarf_Die& parent, const std::string& scope, const std::set<std::string>& names);

  int file_ = -1;
  Elf* elf_ = nullptr;
  Dwarf* dwarf_ = nullptr;
  bool is_position_independent_ = false;
  uint64_t linked_at_ = 0;
  std::unordered_map<Dwarf_Off, std::string> declared_;  // their names, with scopes
  std::unordered_map<std::string, Dwarf_Die> variables_;
  std::unordered_map<std::string, Dwarf_Die> functions_;
  std::unordered_map<std::string, Dwarf_Die> types_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_DEBUG_INFORMATION_DWARF_READER_H_
