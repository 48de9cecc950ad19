#include "conformance/debug_information/dwarf_reader.h"

#include <dwarf.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <gelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace proctor {
namespace {

// How deep a type may be wrapped in names and qualifiers.
constexpr int kPeelMost = 32;

bool IsStruct(Dwarf_Die& die) {
  const int tag = dwarf_tag(&die);
  return tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type;
}

bool IsType(int tag) {
  return tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_typedef ||
         tag == DW_TAG_union_type;
}

std::optional<Dwarf_Word> Number(Dwarf_Die& die, unsigned int name) {
  Dwarf_Attribute attribute;
  Dwarf_Word value = 0;
  if (dwarf_attr_integrate(&die, name, &attribute) == nullptr ||
      dwarf_formudata(&attribute, &value) != 0)
    return std::nullopt;
  return value;
}

// Calls each(child) until it returns false.
template <typename Each>
void EachChild(Dwarf_Die& parent, const Each& each) {
  Dwarf_Die child;
  if (dwarf_child(&parent, &child) != 0) return;
  do {
    if (!each(child)) return;
  } while (dwarf_siblingof(&child, &child) == 0);
}

std::optional<uint64_t> AddressOf(Dwarf_Die& variable) {
  Dwarf_Attribute attribute;
  if (dwarf_attr(&variable, DW_AT_location, &attribute) == nullptr) return std::nullopt;
  // gc writes a plain block, which libdw takes for no location from DWARF 4 on.
  Dwarf_Block block;
  if (dwarf_whatform(&attribute) == DW_FORM_block1 && dwarf_formblock(&attribute, &block) == 0) {
    uint64_t address = 0;
    if (block.length != 1 + sizeof address || block.data[0] != DW_OP_addr) return std::nullopt;
    std::memcpy(&address, block.data + 1, sizeof address);
    return address;
  }
  Dwarf_Op* operations = nullptr;
  size_t count = 0;
  if (dwarf_getlocation(&attribute, &operations, &count) != 0 || count != 1) return std::nullopt;
  if (operations[0].atom == DW_OP_addr) return operations[0].number;
  Dwarf_Attribute address;
  Dwarf_Addr value = 0;
  if (dwarf_getlocation_attr(&attribute, &operations[0], &address) != 0 ||
      dwarf_formaddr(&address, &value) != 0)
    return std::nullopt;
  return value;
}

}  // namespace

std::unique_ptr<DwarfReader> DwarfReader::Open(const std::string& path,
                                               const std::set<std::string>& names,
                                               std::string& error) {
  std::unique_ptr<DwarfReader> reader(new DwarfReader());
  if (!reader->Load(path, error)) return nullptr;
  reader->Collect(names);
  return reader;
}

DwarfReader::~DwarfReader() {
  if (dwarf_ != nullptr) dwarf_end(dwarf_);
  if (elf_ != nullptr) elf_end(elf_);
  if (file_ >= 0) close(file_);
}

bool DwarfReader::Load(const std::string& path, std::string& error) {
  elf_version(EV_CURRENT);
  // A FIFO without a writer must not make the open wait.
  file_ = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file_ < 0) {
    error = fmt::format("{}: cannot be opened: {}", path, strerrordesc_np(errno));
    return false;
  }
  struct stat info{};
  const bool is_file = fstat(file_, &info) == 0 && S_ISREG(info.st_mode);
  elf_ = is_file ? elf_begin(file_, ELF_C_READ_MMAP, nullptr) : nullptr;
  GElf_Ehdr header;
  if (elf_ == nullptr || gelf_getehdr(elf_, &header) == nullptr) {
    error = fmt::format("{}: no ELF program", path);
    return false;
  }
  is_position_independent_ = header.e_type == ET_DYN;
  size_t segments = 0;
  elf_getphdrnum(elf_, &segments);
  linked_at_ = UINT64_MAX;
  for (size_t i = 0; i < segments; ++i) {
    GElf_Phdr segment;
    if (gelf_getphdr(elf_, static_cast<int>(i), &segment) != nullptr && segment.p_type == PT_LOAD)
      linked_at_ = std::min<uint64_t>(linked_at_, segment.p_vaddr);
  }
  dwarf_ = dwarf_begin_elf(elf_, DWARF_C_READ, nullptr);
  Dwarf_Off next = 0;
  size_t header_size = 0;
  if (dwarf_ == nullptr ||
      dwarf_nextcu(dwarf_, 0, &next, &header_size, nullptr, nullptr, nullptr) != 0) {
    error = fmt::format(
        "{}: no debug information: it was stripped, or built without (-w, -s, no -g)", path);
    return false;
  }
  return true;
}

void DwarfReader::Collect(const std::set<std::string>& names) {
  Dwarf_Off offset = 0;
  Dwarf_Off next = 0;
  size_t header_size = 0;
  while (dwarf_nextcu(dwarf_, offset, &next, &header_size, nullptr, nullptr, nullptr) == 0) {
    Dwarf_Die unit;
    if (dwarf_offdie(dwarf_, offset + header_size, &unit) != nullptr) CollectFrom(unit, "", names);
    offset = next;
  }
}

void DwarfReader::CollectFrom(Dwarf_Die& parent, const std::string& scope,
                              const std::set<std::string>& names) {
  EachChild(parent, [&](Dwarf_Die& child) {
    const int tag = dwarf_tag(&child);
    const bool is_scope = tag == DW_TAG_namespace;
    if (!is_scope && tag != DW_TAG_variable && tag != DW_TAG_subprogram && !IsType(tag))
      return true;
    const char* name = dwarf_diename(&child);
    if (name == nullptr) return true;
    std::string full = scope + name;
    if (is_scope) {
      CollectFrom(child, full + "::", names);
      return true;
    }
    if (IsStruct(child)) CollectFrom(child, full + "::", names);
    // A definition outside of its scope refers to the declaration there, which came before.
    Dwarf_Attribute attribute;
    Dwarf_Die declaration;
    if (dwarf_formref_die(dwarf_attr(&child, DW_AT_specification, &attribute), &declaration) !=
        nullptr) {
      const auto declared = declared_.find(dwarf_dieoffset(&declaration));
      if (declared != declared_.end()) full = declared->second;
    }
    if (!names.contains(full)) return true;
    declared_.try_emplace(dwarf_dieoffset(&child), full);
    // A declaration stands aside for the definition.
    if (tag == DW_TAG_variable) {
      if (AddressOf(child)) variables_.insert_or_assign(full, child);
    } else if (tag == DW_TAG_subprogram) {
      Dwarf_Addr low = 0;
      if (dwarf_lowpc(&child, &low) == 0) functions_.insert_or_assign(full, child);
    } else if (dwarf_hasattr(&child, DW_AT_declaration) == 0) {
      types_.try_emplace(full, child);
    }
    return true;
  });
}

std::optional<DwarfReader::Variable> DwarfReader::FindVariable(const std::string& name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end()) return std::nullopt;
  Dwarf_Die die = found->second;
  const std::optional<uint64_t> address = AddressOf(die);
  const std::optional<Dwarf_Die> type = TypeOf(die);
  if (!address || !type) return std::nullopt;
  return Variable{*address, *type};
}

std::optional<DwarfReader::Function> DwarfReader::FindFunction(const std::string& name) const {
  const auto found = functions_.find(name);
  if (found == functions_.end()) return std::nullopt;
  Dwarf_Die die = found->second;
  Dwarf_Addr low = 0;
  Dwarf_Addr high = 0;
  if (dwarf_lowpc(&die, &low) != 0 || dwarf_highpc(&die, &high) != 0) return std::nullopt;
  return Function{low, high};
}

std::optional<Dwarf_Die> DwarfReader::FindType(const std::string& name) const {
  const auto found = types_.find(name);
  if (found == types_.end()) return std::nullopt;
  return found->second;
}

std::optional<Dwarf_Die> DwarfReader::TypeOf(Dwarf_Die die) {
  Dwarf_Attribute attribute;
  Dwarf_Die type;
  if (dwarf_formref_die(dwarf_attr_integrate(&die, DW_AT_type, &attribute), &type) == nullptr)
    return std::nullopt;
  return type;
}

Dwarf_Die DwarfReader::Peel(Dwarf_Die type) {
  for (int i = 0; i < kPeelMost; ++i) {
    const int tag = dwarf_tag(&type);
    if (tag != DW_TAG_typedef && tag != DW_TAG_const_type && tag != DW_TAG_volatile_type &&
        tag != DW_TAG_atomic_type && tag != DW_TAG_restrict_type)
      break;
    const std::optional<Dwarf_Die> inner = TypeOf(type);
    if (!inner) break;
    type = *inner;
  }
  return type;
}

uint64_t DwarfReader::SizeOf(Dwarf_Die type) {
  Dwarf_Word size = 0;
  Dwarf_Die peeled = Peel(type);
  return dwarf_aggregate_size(&peeled, &size) == 0 ? size : 0;
}

std::optional<DwarfReader::Member> DwarfReader::FindMember(Dwarf_Die type, std::string_view name) {
  Dwarf_Die peeled = Peel(type);
  std::optional<Member> found;
  EachChild(peeled, [&](Dwarf_Die& child) {
    const int tag = dwarf_tag(&child);
    if (tag != DW_TAG_member && tag != DW_TAG_inheritance) return true;
    const std::optional<Dwarf_Die> inner = TypeOf(child);
    if (!inner) return true;
    const uint64_t offset = Number(child, DW_AT_data_member_location).value_or(0);
    const char* own = dwarf_diename(&child);
    if (own != nullptr && name == own) {
      found = Member{offset, *inner};
    } else if (tag == DW_TAG_inheritance || own == nullptr) {
      const std::optional<Member> below = FindMember(*inner, name);
      if (below) found = Member{offset + below->offset, below->type};
    }
    return !found;
  });
  return found;
}

// A struct of nothing, as C++ has them for bases, still has a size.
bool DwarfReader::HoldsNothing(Dwarf_Die type, int depth) {
  Dwarf_Die peeled = Peel(type);
  if (SizeOf(peeled) == 0) return true;
  if (!IsStruct(peeled) || depth > kPeelMost) return false;
  bool nothing = true;
  EachChild(peeled, [&](Dwarf_Die& child) {
    const int tag = dwarf_tag(&child);
    if (tag != DW_TAG_member && tag != DW_TAG_inheritance) return true;
    const std::optional<Dwarf_Die> inner = TypeOf(child);
    if (!inner || !Number(child, DW_AT_data_member_location)) return true;
    nothing = HoldsNothing(*inner, depth + 1);
    return nothing;
  });
  return nothing;
}

std::optional<DwarfReader::Member> DwarfReader::OnlyMember(Dwarf_Die type) {
  Dwarf_Die peeled = Peel(type);
  std::optional<Member> only;
  bool several = false;
  EachChild(peeled, [&](Dwarf_Die& child) {
    const int tag = dwarf_tag(&child);
    if (tag != DW_TAG_member && tag != DW_TAG_inheritance) return true;
    const std::optional<Dwarf_Die> inner = TypeOf(child);
    const std::optional<Dwarf_Word> offset = Number(child, DW_AT_data_member_location);
    if (!inner || !offset || HoldsNothing(*inner, 0)) return true;
    several = only.has_value();
    only = Member{*offset, *inner};
    return !several;
  });
  if (several) return std::nullopt;
  return only;
}

}  // namespace proctor
