#include "conformance/debug_information/layout.h"

#include <dwarf.h>
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

#include "conformance/debug_information/dwarf_reader.h"

namespace proctor {
namespace {

constexpr int kStepsMost = 32;  // of one path

// Without these a map is of no use.
constexpr Variable kNeeded[] = {Variable::kStatus, Variable::kScheduleTick};

// A value on the way along a path.
struct Walker {
  Place place;
  Dwarf_Die type;
};

bool IsPointer(Dwarf_Die type) {
  const int tag = dwarf_tag(&type);
  return tag == DW_TAG_pointer_type || tag == DW_TAG_reference_type;
}

void Advance(Place& place, uint64_t offset) {
  if (place.hops.empty()) {
    place.start += offset;
  } else {
    place.hops.back() += static_cast<int64_t>(offset);
  }
}

// Goes through pointers, as Go's "." does.
bool Follow(Walker& walker) {
  walker.type = DwarfReader::Peel(walker.type);
  while (IsPointer(walker.type)) {
    const std::optional<Dwarf_Die> target = DwarfReader::TypeOf(walker.type);
    if (!target) return false;
    walker.place.hops.push_back(0);
    walker.type = DwarfReader::Peel(*target);
  }
  return true;
}

class Resolver {
 public:
  Resolver(const StateMap& map, const DwarfReader& reader) : map_(map), reader_(reader) {}

  std::optional<Layout> Resolve(const std::string& program, std::string& error);

 private:
  std::optional<Walker> Walk(const std::string& path) const;
  std::optional<Walker> WalkOn(Walker walker, std::string_view rest) const;
  std::optional<Walker> WalkInProcessor(const std::string& path) const;
  static std::optional<Place> AsNumber(Walker walker);
  std::vector<Place> Places(const std::vector<std::string>& paths, bool in_processor) const;
  std::optional<PlacedVariable> Resolve(Variable variable, const Formula& formula,
                                        bool in_processor) const;
  bool ResolveProcessors(Layout& layout);
  bool ResolveVector(const Walker& list, Layout& layout);
  void TakeElement(Dwarf_Die element, Layout& layout);

  const StateMap& map_;
  const DwarfReader& reader_;
  std::optional<Dwarf_Die> processor_;
};

// The variable with the longest name that the path begins with: names hold dots themselves.
std::optional<Walker> Resolver::Walk(const std::string& path) const {
  size_t end = path.find('(');
  if (end == std::string::npos) end = path.size();
  while (true) {
    const auto variable = reader_.FindVariable(path.substr(0, end));
    if (variable) {
      return WalkOn({.place = {.start = variable->address, .hops = {}}, .type = variable->type},
                    std::string_view(path).substr(end));
    }
    if (end == 0) return std::nullopt;
    end = path.rfind('.', end - 1);
    if (end == std::string::npos) return std::nullopt;
  }
}

std::optional<Walker> Resolver::WalkInProcessor(const std::string& path) const {
  if (!processor_) return std::nullopt;
  return WalkOn({.place = {}, .type = *processor_}, "." + path);
}

std::optional<Walker> Resolver::WalkOn(Walker walker, std::string_view rest) const {
  for (int step = 0; !rest.empty() && step < kStepsMost; ++step) {
    if (rest.front() == '(') {
      const size_t close = rest.find(')');
      if (close == std::string_view::npos) return std::nullopt;
      const auto type = reader_.FindType(std::string(rest.substr(1, close - 1)));
      if (!type) return std::nullopt;
      walker.place.hops.push_back(0);
      walker.type = *type;
      rest.remove_prefix(close + 1);
      continue;
    }
    if (rest.front() != '.' || !Follow(walker)) return std::nullopt;
    rest.remove_prefix(1);
    const std::string_view name = rest.substr(0, rest.find_first_of(".("));
    auto member = DwarfReader::FindMember(walker.type, name);
    // A pointer may be wrapped, to be atomic or to own what it points to.
    for (int wrapper = 0; !member && wrapper < kStepsMost; ++wrapper) {
      const auto inner = DwarfReader::OnlyMember(walker.type);
      if (!inner) return std::nullopt;
      Advance(walker.place, inner->offset);
      walker.type = inner->type;
      if (!Follow(walker)) return std::nullopt;
      member = DwarfReader::FindMember(walker.type, name);
    }
    if (!member) return std::nullopt;
    Advance(walker.place, member->offset);
    walker.type = member->type;
    rest.remove_prefix(name.size());
  }
  return walker;
}

// Through the wrappers that make a number atomic.
std::optional<Place> Resolver::AsNumber(Walker walker) {
  for (int step = 0; step < kStepsMost; ++step) {
    walker.type = DwarfReader::Peel(walker.type);
    const uint64_t size = DwarfReader::SizeOf(walker.type);
    const int tag = dwarf_tag(&walker.type);
    if (tag == DW_TAG_structure_type || tag == DW_TAG_class_type) {
      const auto member = DwarfReader::OnlyMember(walker.type);
      if (!member) return std::nullopt;
      Advance(walker.place, member->offset);
      walker.type = member->type;
      continue;
    }
    if (IsPointer(walker.type)) {
      walker.place.size = 8;
      return walker.place;
    }
    if (size != 1 && size != 2 && size != 4 && size != 8) return std::nullopt;
    if (tag != DW_TAG_base_type && tag != DW_TAG_enumeration_type) return std::nullopt;
    walker.place.size = static_cast<uint8_t>(size);
    Dwarf_Attribute attribute;
    Dwarf_Word encoding = 0;
    if (dwarf_formudata(dwarf_attr_integrate(&walker.type, DW_AT_encoding, &attribute),
                        &encoding) == 0) {
      walker.place.is_signed = encoding == DW_ATE_signed || encoding == DW_ATE_signed_char;
    }
    return walker.place;
  }
  return std::nullopt;
}

std::vector<Place> Resolver::Places(const std::vector<std::string>& paths,
                                    bool in_processor) const {
  std::vector<Place> places;
  for (const std::string& path : paths) {
    const std::optional<Walker> walker = in_processor ? WalkInProcessor(path) : Walk(path);
    if (!walker) continue;
    if (std::optional<Place> place = AsNumber(*walker)) places.push_back(std::move(*place));
  }
  return places;
}

std::optional<PlacedVariable> Resolver::Resolve(Variable variable, const Formula& formula,
                                                bool in_processor) const {
  PlacedVariable placed{.variable = variable,
                        .kind = formula.kind,
                        .places = Places(formula.paths, in_processor),
                        .minus = Places(formula.minus, in_processor),
                        .present = Places(formula.present, in_processor),
                        .expected = formula.expected,
                        .values = formula.values};
  if (placed.places.empty()) return std::nullopt;
  if (formula.kind == Formula::Kind::kFirst) placed.places.resize(1);
  // Half a sum is another number, and half of what has to be so says nothing.
  const bool whole = placed.places.size() == formula.paths.size() &&
                     placed.minus.size() == formula.minus.size() &&
                     placed.present.size() == formula.present.size();
  const bool needs_all =
      formula.kind == Formula::Kind::kSum || formula.kind == Formula::Kind::kAllEqual;
  if (needs_all && !whole) return std::nullopt;
  return placed;
}

void Resolver::TakeElement(Dwarf_Die element, Layout& layout) {
  element = DwarfReader::Peel(element);
  // std::unique_ptr and similar types are wrappers of a pointer.
  for (int step = 0; step < kStepsMost && !IsPointer(element); ++step) {
    if (DwarfReader::SizeOf(element) != sizeof(uint64_t)) break;
    const auto member = DwarfReader::OnlyMember(element);
    if (!member) break;
    element = DwarfReader::Peel(member->type);
  }
  layout.processors.element_bytes = DwarfReader::SizeOf(element);
  if (IsPointer(element)) {
    layout.processors.of_pointers = true;
    layout.processors.element_bytes = sizeof(uint64_t);
    const std::optional<Dwarf_Die> target = DwarfReader::TypeOf(element);
    if (!target) return;
    element = DwarfReader::Peel(*target);
  }
  processor_ = element;
}

// A std::vector: from _M_start to _M_finish.
bool Resolver::ResolveVector(const Walker& list, Layout& layout) {
  const auto implementation = DwarfReader::FindMember(list.type, "_M_impl");
  if (!implementation) return false;
  const auto start = DwarfReader::FindMember(implementation->type, "_M_start");
  const auto finish = DwarfReader::FindMember(implementation->type, "_M_finish");
  if (!start || !finish) return false;
  const std::optional<Dwarf_Die> element = DwarfReader::TypeOf(DwarfReader::Peel(start->type));
  if (!element) return false;
  Place& first = layout.processors.first;
  Place& length = layout.processors.length;
  first = length = list.place;
  Advance(first, implementation->offset + start->offset);
  Advance(length, implementation->offset + finish->offset);
  first.size = length.size = sizeof(uint64_t);
  layout.processors.ends_at_address = true;
  TakeElement(*element, layout);
  return processor_.has_value();
}

bool Resolver::ResolveProcessors(Layout& layout) {
  std::optional<Walker> list = Walk(map_.processors);
  if (!list || !Follow(*list)) return false;
  const auto array = DwarfReader::FindMember(list->type, "array");
  const auto length = DwarfReader::FindMember(list->type, "len");
  if (!array || !length) return ResolveVector(*list, layout);
  const std::optional<Dwarf_Die> element = DwarfReader::TypeOf(DwarfReader::Peel(array->type));
  if (!element) return false;
  layout.processors.first = layout.processors.length = list->place;
  Advance(layout.processors.first, array->offset);
  Advance(layout.processors.length, length->offset);
  layout.processors.first.size = layout.processors.length.size = sizeof(uint64_t);
  TakeElement(*element, layout);
  return processor_.has_value();
}

std::optional<Layout> Resolver::Resolve(const std::string& program, std::string& error) {
  const auto missing = [&](const std::string& what) {
    error = fmt::format("{}: the state map '{}' does not fit: {}", program, map_.name, what);
    return std::nullopt;
  };
  Layout layout{.program = program,
                .map = map_.name,
                .convention = map_.convention,
                .moves = reader_.is_position_independent(),
                .linked_at = reader_.linked_at()};
  const auto monitor = reader_.FindFunction(map_.monitor);
  if (!monitor) return missing(fmt::format("no function {}", map_.monitor));
  layout.monitor_low = monitor->low;
  layout.monitor_high = monitor->high;
  if (!ResolveProcessors(layout)) return missing(fmt::format("no list {}", map_.processors));
  for (const auto& [variable, formula] : map_.variables) {
    if (auto placed = Resolve(variable, formula, false)) layout.variables.push_back(*placed);
  }
  for (const auto& [variable, formula] : map_.of_processors) {
    if (auto placed = Resolve(variable, formula, true)) layout.of_processors.push_back(*placed);
  }
  for (const Variable needed : kNeeded) {
    if (std::ranges::find(layout.of_processors, needed, &PlacedVariable::variable) ==
        layout.of_processors.end())
      return missing(
          fmt::format("no {} of a processor", VariableNames()[static_cast<size_t>(needed)]));
  }
  for (const MappedEvent& event : map_.events) {
    const auto function = reader_.FindFunction(event.function);
    if (function) layout.events.push_back({event, function->low});
  }
  return layout;
}

// Every name that a path may begin with, or go on as.
void AddNames(const std::string& path, std::set<std::string>& names) {
  const size_t cast = path.find('(');
  const std::string variable = path.substr(0, cast);
  for (size_t end = variable.size(); end != std::string::npos && end > 0;
       end = variable.rfind('.', end - 1))
    names.insert(variable.substr(0, end));
  for (size_t at = cast; at != std::string::npos; at = path.find('(', at + 1))
    names.insert(path.substr(at + 1, path.find(')', at) - at - 1));
}

std::set<std::string> NamesOf(const StateMap& map) {
  std::set<std::string> names = {map.monitor};
  AddNames(map.processors, names);
  for (const auto* variables : {&map.variables, &map.of_processors}) {
    for (const auto& [variable, formula] : *variables) {
      for (const auto* paths : {&formula.paths, &formula.minus, &formula.present}) {
        for (const std::string& path : *paths) AddNames(path, names);
      }
    }
  }
  for (const MappedEvent& event : map.events) names.insert(event.function);
  return names;
}

}  // namespace

std::optional<Layout> ResolveLayout(const StateMap& map, const std::string& program,
                                    std::string& error) {
  const std::unique_ptr<DwarfReader> reader = DwarfReader::Open(program, NamesOf(map), error);
  if (reader == nullptr) return std::nullopt;
  return Resolver(map, *reader).Resolve(program, error);
}

std::optional<Layout> ResolveLayout(std::span<const StateMap> maps, const std::string& program,
                                    std::string& error) {
  std::string first_error;
  for (const StateMap& map : maps) {
    std::optional<Layout> layout = ResolveLayout(map, program, error);
    if (layout) return layout;
    if (first_error.empty()) first_error = error;
  }
  error = maps.size() == 1 ? first_error
          : first_error.find("does not fit") == std::string::npos
              ? first_error
              : fmt::format("{}: no state map fits; give one by --state-map", program);
  return std::nullopt;
}

}  // namespace proctor
