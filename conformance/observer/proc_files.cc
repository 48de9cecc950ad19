#include "conformance/observer/proc_files.h"

#include <elf.h>
#include <fmt/core.h>
#include <sched.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cinttypes>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "conformance/observer/sched_stat.h"

namespace proctor {
namespace {

// The kernel's clock id for the CPU time of another process (man clock_getcpuclockid).
constexpr clockid_t CpuClock(pid_t process) {
  return static_cast<clockid_t>((~static_cast<unsigned>(process) << 3) | 2u);
}

std::optional<int64_t> ReadClock(clockid_t clock) {
  timespec now{};
  if (clock_gettime(clock, &now) != 0) return std::nullopt;
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

// By its control group, of version 2 (version 1 shows the state D). The kernel keeps such a thread
// on its way back from the kernel, whatever it was doing before.
bool IsFrozen(pid_t thread) {
  std::ifstream file(fmt::format("/proc/{}/wchan", thread));
  std::string function;
  std::getline(file, function);
  return function == "get_signal" || function == "do_freezer_trap";
}

// The letter for what a thread does; 0: it is gone.
char StateOf(pid_t thread) {
  std::ifstream file(fmt::format("/proc/{}/stat", thread));
  std::string text;
  std::getline(file, text);
  // Behind the name, which may hold anything: "17 (a) b) S 1 ...".
  const size_t name_end = text.rfind(')');
  return name_end != std::string::npos && name_end + 2 < text.size() ? text[name_end + 2] : '\0';
}

// What stands behind a name in a file of lines "Name:\tvalue"; empty: nothing.
std::string FieldOf(const std::string& path, std::string_view name) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with(name)) return line.substr(name.size());
  }
  return "";
}

}  // namespace

pid_t ProcessOf(pid_t thread) {
  return std::atoi(FieldOf(fmt::format("/proc/{}/status", thread), "Tgid:").c_str());
}

bool RunsForAnotherProcessor(pid_t process) {
  const auto header_of = [](const std::string& of) {
    Elf64_Ehdr header{};  // up to the machine it is the same in both classes
    std::ifstream(fmt::format("/proc/{}/exe", of), std::ios::binary)
        .read(reinterpret_cast<char*>(&header), offsetof(Elf64_Ehdr, e_version));
    return header;
  };
  const Elf64_Ehdr theirs = header_of(std::to_string(process));
  const Elf64_Ehdr ours = header_of("self");
  if (std::memcmp(theirs.e_ident, ELFMAG, SELFMAG) != 0) return false;
  return theirs.e_ident[EI_CLASS] != ours.e_ident[EI_CLASS] || theirs.e_machine != ours.e_machine;
}

std::optional<int64_t> ThreadCpuNs(pid_t thread) {
  // There is no clock for a thread of another process.
  const std::optional<SchedStat::Times> times = SchedStat(thread).Read();
  if (!times) return std::nullopt;
  return times->ran_ns;
}

std::optional<int64_t> ProcessCpuNs(pid_t process) { return ReadClock(CpuClock(process)); }

bool ReadMemoryOf(pid_t thread, uint64_t address, void* to, size_t size) {
  const iovec local{to, size};
  const iovec remote{reinterpret_cast<void*>(address), size};
  return process_vm_readv(thread, &local, 1, &remote, 1, 0) == static_cast<ssize_t>(size);
}

std::string ProgramOf(pid_t process) {
  std::error_code code;
  return std::filesystem::read_symlink(fmt::format("/proc/{}/exe", process), code).filename();
}

std::string EnvironmentOf(pid_t process) {
  constexpr size_t kBytesMost = 1 << 20;
  std::ifstream file(fmt::format("/proc/{}/environ", process), std::ios::binary);
  std::string environment(kBytesMost, '\0');
  file.read(environment.data(), static_cast<std::streamsize>(environment.size()));
  environment.resize(static_cast<size_t>(file.gcount()));
  return environment;
}

int64_t CpusOf(pid_t process) {
  cpu_set_t cpus;
  return sched_getaffinity(process, sizeof cpus, &cpus) == 0 ? CPU_COUNT(&cpus) : 0;
}

int64_t MemoryOf(pid_t process) {
  std::ifstream file(fmt::format("/proc/{}/statm", process));
  int64_t pages = 0;
  int64_t resident = 0;
  if (!(file >> pages >> resident)) return 0;
  return resident * sysconf(_SC_PAGESIZE);
}

bool Sleeps(pid_t thread) { return StateOf(thread) == 'S' && !IsFrozen(thread); }

bool IsSuspended(pid_t process) { return StateOf(process) == 'T' || IsFrozen(process); }

bool IsSignalPending(pid_t process, pid_t thread, int signal) {
  if (signal < 1 || signal > 64) return false;
  const std::string mask =
      FieldOf(fmt::format("/proc/{}/task/{}/status", process, thread), "SigPnd:");
  return (std::strtoull(mask.c_str(), nullptr, 16) >> (signal - 1) & 1) != 0;
}

int64_t WakesOf(pid_t thread) {
  return std::atoll(
      FieldOf(fmt::format("/proc/{}/status", thread), "voluntary_ctxt_switches:").c_str());
}

std::string ThreadName(pid_t thread) {
  std::ifstream file(fmt::format("/proc/{}/comm", thread));
  std::string name;
  std::getline(file, name);
  return name;
}

std::optional<int64_t> ReadTimerPeriod(pid_t process, int descriptor) {
  char target[64] = {};
  const std::string link = fmt::format("/proc/{}/fd/{}", process, descriptor);
  if (readlink(link.c_str(), target, sizeof target - 1) < 0 ||
      std::string_view(target) != "anon_inode:[timerfd]") {
    return std::nullopt;
  }
  std::ifstream file(fmt::format("/proc/{}/fdinfo/{}", process, descriptor));
  constexpr std::string_view kField = "it_interval: (";
  std::string line;
  while (std::getline(file, line)) {
    int64_t seconds = 0;
    int64_t ns = 0;
    if (line.starts_with(kField) &&
        std::sscanf(line.c_str() + kField.size(), "%" SCNd64 ", %" SCNd64, &seconds, &ns) == 2) {
      return seconds * 1'000'000'000 + ns;
    }
  }
  return std::nullopt;
}

}  // namespace proctor
