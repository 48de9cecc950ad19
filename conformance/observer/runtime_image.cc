#include "conformance/observer/runtime_image.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <set>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "conformance/observer/elf_file.h"
#include "conformance/observer/function_table.h"
#include "conformance/observer/proc_files.h"
#include "conformance/observer/waiting_call.h"

namespace proctor {
namespace {

constexpr std::string_view kMonitorFunction = "runtime.sysmon";
// The frames between the monitor's function and the kernel, 176 bytes of Go's own. Further up the
// stack of another thread may hold what is left of older frames, and looks like it.
constexpr size_t kStackBytes = 1024;
constexpr size_t kFilesMost = 4096;
constexpr size_t kVersionBytesMost = 64;

// A file's executable part in a process.
struct Mapping {
  uint64_t begin;
  uint64_t end;
  uint64_t offset;
  uint64_t inode;
  std::string file;
};

std::vector<Mapping> ReadMappings(pid_t process) {
  std::ifstream maps(fmt::format("/proc/{}/maps", process));
  std::vector<Mapping> mappings;
  std::set<std::string> seen;
  std::string line;
  while (std::getline(maps, line) && mappings.size() < kFilesMost) {
    std::istringstream words(line);
    Mapping mapping{};
    std::string mode;
    std::string device;
    char dash;
    words >> std::hex >> mapping.begin >> dash >> mapping.end >> mode >> mapping.offset >> device >>
        std::dec >> mapping.inode;
    std::getline(words >> std::ws, mapping.file);
    const bool executable = mode.size() == 4 && mode[2] == 'x';
    if (!executable || !mapping.file.starts_with('/')) continue;
    if (seen.insert(mapping.file).second) mappings.push_back(std::move(mapping));
  }
  return mappings;
}

constexpr std::string_view kDeleted = " (deleted)";

// The name that the kernel shows is as the process sees it, or, where its root lies within ours, as
// we do: two files, of which the inode tells the right one.
std::string PathOf(pid_t process, const Mapping& mapping) {
  struct stat ours{};
  if (stat(mapping.file.c_str(), &ours) == 0 && ours.st_ino == mapping.inode) return mapping.file;
  return fmt::format("/proc/{}/root{}", process, mapping.file);
}

// It may have been replaced on disk since: then what is mapped has a name for each of its parts;
// that is for root only, but for the program.
std::optional<ElfFile> OpenMapped(pid_t process, const Mapping& mapping) {
  if (!mapping.file.ends_with(kDeleted)) return ElfFile::Open(PathOf(process, mapping));
  if (auto file = ElfFile::Open(
          fmt::format("/proc/{}/map_files/{:x}-{:x}", process, mapping.begin, mapping.end))) {
    return file;
  }
  std::error_code code;
  const auto program = std::filesystem::read_symlink(fmt::format("/proc/{}/exe", process), code);
  if (program != mapping.file) return std::nullopt;
  return ElfFile::Open(fmt::format("/proc/{}/exe", process));
}

// One file of a process, and how its addresses were moved when it was loaded.
class Image {
 public:
  // A file without these holds no runtime whatever its loader does to it yet.
  static bool MayBeOfGo(const ElfFile& elf) {
    return std::ranges::any_of(
        std::initializer_list<const char*>{".gopclntab", ".data.rel.ro.gopclntab", ".go.buildinfo"},
        [&](const char* name) { return elf.FindSection(name) != nullptr; });
  }

  Image(pid_t process, const Mapping& mapping, const ElfFile& elf, uint64_t linked)
      : process_(process), mapping_(mapping), elf_(elf), bias_(mapping.begin - linked) {}

  std::optional<RuntimeImage> Find() const {
    const std::optional<FunctionRange> range = FindMonitorFunction();
    if (!range) return std::nullopt;
    return RuntimeImage{.file = mapping_.file,
                        .version = FindVersion(),
                        .monitor_begin = range->begin + bias_,
                        .monitor_end = range->end + bias_};
  }

 private:
  std::optional<FunctionRange> FindMonitorFunction() const {
    if (const auto symbol = elf_.FindSymbol(kMonitorFunction); symbol && symbol->size > 0) {
      return FunctionRange{symbol->address, symbol->address + symbol->size};
    }
    for (const char* name : {".gopclntab", ".data.rel.ro.gopclntab"}) {
      if (const ElfFile::Section* section = elf_.FindSection(name)) return FindIn(*section);
    }
    // A linker may have put it among other data; but only a program of Go's has it.
    if (elf_.FindSection(".go.buildinfo") == nullptr) return std::nullopt;
    for (const ElfFile::Section& section : elf_.sections()) {
      if ((section.flags & SHF_ALLOC) == 0 || (section.flags & SHF_EXECINSTR) != 0) continue;
      if (const std::optional<FunctionRange> range = FindIn(section)) return range;
    }
    return std::nullopt;
  }

  std::optional<FunctionRange> FindIn(const ElfFile::Section& section) const {
    const std::optional<uint64_t> at = FindFunctionTable(section.bytes);
    if (!at) return std::nullopt;
    std::optional<FunctionRange> range =
        FindInFunctionTable(section.bytes.substr(*at), kMonitorFunction);
    if (!range || !range->relative) return range;
    const std::optional<uint64_t> text = FindText(section.address + *at);
    if (!text) return std::nullopt;
    return FunctionRange{range->begin + *text, range->end + *text};
  }

  // The start of the text, as linked: in the table's header until Go 1.25, set when the program was
  // loaded, and in the module's description since.
  std::optional<uint64_t> FindText(uint64_t table) const {
    constexpr uint64_t kInHeader = 24;
    constexpr uint64_t kInModule = 176;
    uint64_t text = 0;
    if (!ReadMemoryOf(process_, table + bias_ + kInHeader, &text, sizeof text)) return std::nullopt;
    if (text == 0) {
      const ElfFile::Section* module = elf_.FindSection(".go.module");
      if (module == nullptr ||
          !ReadMemoryOf(process_, module->address + bias_ + kInModule, &text, sizeof text)) {
        return std::nullopt;
      }
    }
    // Until the program has been loaded whole it may be anything.
    if (text < mapping_.begin || text >= mapping_.end) return std::nullopt;
    return text - bias_;
  }

  std::string FindVersion() const {
    if (const ElfFile::Section* section = elf_.FindSection(".go.buildinfo")) {
      if (std::string version = FromBuildInformation(*section); !version.empty()) return version;
    }
    // Before Go 1.13.
    if (const auto symbol = elf_.FindSymbol("runtime.buildVersion")) {
      if (std::string version = ReadString(symbol->address + bias_); IsVersion(version)) {
        return version;
      }
    }
    return FromCompiler();
  }

  // The mark, the length of a pointer, flags; then (since 1.18) the text itself at offset 32 behind
  // its length, or a pointer to it at offset 16.
  std::string FromBuildInformation(const ElfFile::Section& section) const {
    constexpr std::string_view kMark = "\xff Go buildinf:";
    constexpr uint64_t kFlags = 15;
    constexpr uint64_t kPointer = 16;
    constexpr uint64_t kText = 32;
    constexpr uint8_t kInline = 2;
    if (!section.bytes.starts_with(kMark)) return "";
    const auto flags = ReadAt<uint8_t>(section.bytes, kFlags);
    if (!flags) return "";
    std::string version;
    if ((*flags & kInline) != 0) {
      const auto size = ReadAt<uint8_t>(section.bytes, kText);
      if (!size || section.bytes.size() < kText + 1 + *size) return "";
      version = section.bytes.substr(kText + 1, *size);
    } else {
      // It is set when the program is loaded, where it may be loaded anywhere.
      uint64_t pointer = 0;
      if (!ReadMemoryOf(process_, section.address + bias_ + kPointer, &pointer, sizeof pointer)) {
        return "";
      }
      version = ReadString(pointer);
    }
    return IsVersion(version) ? version : "";
  }

  // What gcc writes into its programs: "GCC: (Debian 12.2.0-14) 12.2.0".
  std::string FromCompiler() const {
    const ElfFile::Section* section = elf_.FindSection(".comment");
    if (section == nullptr || !section->bytes.starts_with("GCC: ")) return "";
    const std::string_view comment = section->bytes.substr(0, section->bytes.find('\0'));
    const std::string_view version = comment.substr(comment.rfind(' ') + 1);
    return version.size() > kVersionBytesMost ? "" : fmt::format("gccgo {}", version);
  }

  // A Go string of the process: a pointer and a length.
  std::string ReadString(uint64_t address) const {
    uint64_t words[2] = {};
    if (!ReadMemoryOf(process_, address, words, sizeof words) || words[1] > kVersionBytesMost) {
      return "";
    }
    std::string text(words[1], '\0');
    return ReadMemoryOf(process_, words[0], text.data(), text.size()) ? text : "";
  }

  static bool IsVersion(std::string_view text) {
    return (text.starts_with("go") || text.starts_with("devel")) &&
           std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
  }

  const pid_t process_;
  const Mapping& mapping_;
  const ElfFile& elf_;
  const uint64_t bias_;
};

}  // namespace

std::vector<RuntimeImage> FindRuntimeImages(pid_t process, std::set<std::string>* without) {
  std::vector<RuntimeImage> images;
  for (const Mapping& mapping : ReadMappings(process)) {
    if (without != nullptr && without->contains(mapping.file)) continue;
    const std::optional<ElfFile> elf = OpenMapped(process, mapping);
    if (!elf) continue;
    const std::optional<uint64_t> linked = elf->AddressOf(mapping.offset);
    if (!linked) continue;
    if (std::optional<RuntimeImage> image = Image(process, mapping, *elf, *linked).Find()) {
      images.push_back(std::move(*image));
    } else if (without != nullptr && !Image::MayBeOfGo(*elf)) {
      without->insert(mapping.file);
    }
  }
  return images;
}

std::optional<size_t> FindMonitorOnStack(pid_t thread, uint64_t stack_pointer,
                                         std::span<const RuntimeImage> images) {
  constexpr uint64_t kPage = 4096;
  uint64_t words[kStackBytes / sizeof(uint64_t)];
  // A stack may end with its page.
  size_t size = sizeof words;
  const uint64_t in_page = kPage - stack_pointer % kPage;
  if (!ReadMemoryOf(thread, stack_pointer, words, size)) {
    size = std::min<size_t>(size, in_page / sizeof *words * sizeof *words);
    if (size == 0 || !ReadMemoryOf(thread, stack_pointer, words, size)) return std::nullopt;
  }
  for (size_t i = 0; i < size / sizeof *words; ++i) {
    for (size_t image = 0; image < images.size(); ++image) {
      // A return address lies behind the call.
      if (words[i] > images[image].monitor_begin && words[i] < images[image].monitor_end) {
        return image;
      }
    }
  }
  return std::nullopt;
}

std::optional<uint64_t> StackPointerOf(pid_t process, pid_t thread, bool& forbidden) {
  const std::optional<WaitingCall> call = WaitingCallOf(process, thread, forbidden);
  return call ? std::optional(call->stack_pointer) : std::nullopt;
}

}  // namespace proctor
