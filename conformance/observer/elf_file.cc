#include "conformance/observer/elf_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

namespace proctor {
namespace {

constexpr size_t kHeadersMost = 4096;

}  // namespace

std::optional<ElfFile> ElfFile::Open(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return std::nullopt;
  struct stat info{};
  void* mapped = MAP_FAILED;
  if (fstat(file, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0) {
    mapped = mmap(nullptr, static_cast<size_t>(info.st_size), PROT_READ, MAP_PRIVATE, file, 0);
  }
  close(file);
  if (mapped == MAP_FAILED) return std::nullopt;
  ElfFile elf(static_cast<const char*>(mapped), static_cast<size_t>(info.st_size));
  if (!elf.ReadHeaders()) return std::nullopt;
  return elf;
}

ElfFile::ElfFile(ElfFile&& other) noexcept
    : bytes_(std::exchange(other.bytes_, {})),
      sections_(std::move(other.sections_)),
      segments_(std::move(other.segments_)) {}

ElfFile::~ElfFile() {
  if (!bytes_.empty()) munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

std::string_view ElfFile::Slice(uint64_t offset, uint64_t size) const {
  if (offset > bytes_.size() || bytes_.size() - offset < size) return {};
  return bytes_.substr(offset, size);
}

std::string_view ElfFile::NameAt(std::string_view names, uint64_t offset) const {
  if (offset >= names.size()) return {};
  names.remove_prefix(offset);
  return names.substr(0, names.find('\0'));
}

bool ElfFile::ReadHeaders() {
  const auto header = ReadAt<Elf64_Ehdr>(bytes_, 0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return false;
  if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB) {
    return false;
  }
  for (size_t i = 0; i < header->e_phnum && i < kHeadersMost; ++i) {
    const auto segment = ReadAt<Elf64_Phdr>(bytes_, header->e_phoff + i * sizeof(Elf64_Phdr));
    if (segment && segment->p_type == PT_LOAD) segments_.push_back(*segment);
  }
  std::vector<Elf64_Shdr> raw;
  for (size_t i = 0; i < header->e_shnum && i < kHeadersMost; ++i) {
    const auto section = ReadAt<Elf64_Shdr>(bytes_, header->e_shoff + i * sizeof(Elf64_Shdr));
    if (!section) break;
    raw.push_back(*section);
  }
  std::string_view names;
  if (header->e_shstrndx < raw.size()) {
    names = Slice(raw[header->e_shstrndx].sh_offset, raw[header->e_shstrndx].sh_size);
  }
  for (const Elf64_Shdr& section : raw) {
    const bool has_bytes = section.sh_type != SHT_NOBITS;
    sections_.push_back(
        {.name = NameAt(names, section.sh_name),
         .address = section.sh_addr,
         .flags = section.sh_flags,
         .bytes = has_bytes ? Slice(section.sh_offset, section.sh_size) : std::string_view(),
         .type = section.sh_type,
         .link = section.sh_link});
  }
  return true;
}

const ElfFile::Section* ElfFile::FindSection(std::string_view name) const {
  for (const Section& section : sections_) {
    if (section.name == name) return &section;
  }
  return nullptr;
}

std::optional<ElfFile::Symbol> ElfFile::FindSymbol(std::string_view name) const {
  for (const uint32_t type : {SHT_SYMTAB, SHT_DYNSYM}) {
    for (const Section& section : sections_) {
      if (section.type != type) continue;
      if (const auto symbol = FindSymbolIn(section, name)) return symbol;
    }
  }
  return std::nullopt;
}

std::optional<ElfFile::Symbol> ElfFile::FindSymbolIn(const Section& table,
                                                     std::string_view name) const {
  if (table.link >= sections_.size()) return std::nullopt;
  const std::string_view names = sections_[table.link].bytes;
  for (uint64_t at = 0; at + sizeof(Elf64_Sym) <= table.bytes.size(); at += sizeof(Elf64_Sym)) {
    const Elf64_Sym symbol = *ReadAt<Elf64_Sym>(table.bytes, at);
    if (symbol.st_shndx == SHN_UNDEF || symbol.st_name >= names.size()) continue;
    // Most names are told apart by where they would end.
    const std::string_view rest = names.substr(symbol.st_name);
    if (rest.size() <= name.size() || rest[name.size()] != '\0') continue;
    if (rest.starts_with(name)) return Symbol{symbol.st_value, symbol.st_size};
  }
  return std::nullopt;
}

std::optional<uint64_t> ElfFile::AddressOf(uint64_t file_offset) const {
  for (const Elf64_Phdr& segment : segments_) {
    // What is mapped begins at a page's beginning, before the segment itself.
    constexpr uint64_t kPage = 4096;
    const uint64_t begin = segment.p_offset / kPage * kPage;
    if (file_offset < begin || file_offset >= segment.p_offset + segment.p_filesz) continue;
    return segment.p_vaddr + file_offset - segment.p_offset;
  }
  return std::nullopt;
}

}  // namespace proctor
