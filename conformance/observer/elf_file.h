// An ELF file of this machine's kind, 64 bits and little endian, as far as the observer needs it:
// its sections, its symbols, and where in memory its parts belong. The file is somebody else's:
// whatever stands in it is checked against its length.
//
// Thread safety: const functions may be called from several threads.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_ELF_FILE_H_
#define PROCTOR_CONFORMANCE_OBSERVER_ELF_FILE_H_

#include <elf.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proctor {

// A T at an offset of some bytes; nullopt: it does not lie within them.
template <typename T>
std::optional<T> ReadAt(std::string_view bytes, uint64_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

class ElfFile {
 public:
  struct Section {
    std::string_view name;
    uint64_t address;        // as linked
    uint64_t flags;          // SHF_...
    std::string_view bytes;  // empty for SHT_NOBITS
    uint32_t type;
    uint32_t link;  // the number of another section
  };
  struct Symbol {
    uint64_t address;  // as linked
    uint64_t size;
  };

  // nullopt: the file cannot be read, or is none of these.
  static std::optional<ElfFile> Open(const std::string& path);
  ElfFile(ElfFile&& other) noexcept;
  ElfFile& operator=(ElfFile&&) = delete;
  ~ElfFile();

  const std::vector<Section>& sections() const { return sections_; }
  const Section* FindSection(std::string_view name) const;  // nullptr: there is none

  // Of the symbol table, or else of the dynamic one.
  std::optional<Symbol> FindSymbol(std::string_view name) const;

  // The address, as linked, of a byte of the file that is mapped into memory.
  std::optional<uint64_t> AddressOf(uint64_t file_offset) const;

 private:
  ElfFile(const char* data, size_t size) : bytes_(data, size) {}
  bool ReadHeaders();
  std::optional<Symbol> FindSymbolIn(const Section& table, std::string_view name) const;
  std::string_view Slice(uint64_t offset, uint64_t size) const;
  std::string_view NameAt(std::string_view names, uint64_t offset) const;

  std::string_view bytes_;  // mapped
  std::vector<Section> sections_;
  std::vector<Elf64_Phdr> segments_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_ELF_FILE_H_
