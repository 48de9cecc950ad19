// Any system calls of a thread, with any arguments, memory and results, as the tracer may see them:
// the events that come of them go forward in time and can be stored.

#include "conformance/observer/decoder.h"

#include <sys/syscall.h>

#include <array>
#include <cstring>

#include "conformance/evidence/trace.h"
#include "fuzz/byte_source.h"
#include "fuzz/fuzz_target.h"

namespace proctor {
namespace {

constexpr pid_t kThread = 7;

// The calls that mean something to a decoder, and one that does not.
constexpr std::array<uint64_t, 14> kCalls = {
    SYS_nanosleep,       SYS_clock_nanosleep,   SYS_pselect6, SYS_select, SYS_futex,
    SYS_epoll_pwait,     SYS_epoll_wait,        SYS_tgkill,   SYS_write,  SYS_read,
    SYS_restart_syscall, SYS_sched_getaffinity, SYS_poll,     SYS_getpid};

class Traced {
 public:
  explicit Traced(fuzz::ByteSource& bytes)
      : bytes_(bytes),
        decoder_(
            kThread, [this](const Event& event) { Take(event); },
            [this](uint64_t address, void* to, size_t size) { return Read(address, to, size); },
            [this](int) { return Timer(); }) {}

  void Run() {
    while (!bytes_.empty()) Step();
    decoder_.OnEnd(now_ns_);
  }

 private:
  void Step() {
    constexpr int64_t kLatestNs = int64_t{1} << 61;
    now_ns_ = std::min(now_ns_ + static_cast<int64_t>(bytes_.Below(65'536)) * 1'000, kLatestNs);
    const size_t choice = bytes_.Below(8);
    if (choice == 0) return decoder_.ForgetTimers();
    if (in_call_) return EndCall();
    if (choice == 1) return decoder_.OnThreadStart(now_ns_, ThreadId());
    BeginCall();
  }

  // A call begins when the one before has ended, as the kernel has it.
  void BeginCall() {
    uint64_t args[6] = {};
    for (uint64_t& arg : args) arg = static_cast<uint64_t>(bytes_.Number());
    decoder_.OnEntry(now_ns_, kCalls[bytes_.Below(kCalls.size())], args);
    in_call_ = true;
  }

  void EndCall() {
    // The results that the kernel gives for a call that is to go on are likely.
    constexpr std::array<int64_t, 8> kResults = {0, 1, -4, -11, -110, -512, -514, -516};
    decoder_.OnExit(now_ns_,
                    bytes_.Bit() ? kResults[bytes_.Below(kResults.size())] : bytes_.Number());
    in_call_ = false;
  }

  pid_t ThreadId() { return static_cast<pid_t>(bytes_.Below(65'536)); }

  bool Read(uint64_t address, void* to, size_t size) {
    if (address == 0) return false;
    for (size_t i = 0; i < size; i += sizeof(int64_t)) {
      const int64_t number = bytes_.Number();
      memcpy(static_cast<char*>(to) + i, &number, std::min(sizeof(number), size - i));
    }
    return true;
  }

  std::optional<int64_t> Timer() {
    if (bytes_.Bit()) return std::nullopt;
    return bytes_.Number();
  }

  void Take(const Event& event) {
    fuzz::Require(event.time_ns >= last_ns_, "events go back in time", Describe(event));
    last_ns_ = event.time_ns;
    std::string line;
    FormatEvent(event, line);
    std::string error;
    const std::optional<Event> back = ParseEvent(line.substr(0, line.find('\n')), error);
    fuzz::Require(back.has_value(), "an event that the reader of traces refuses", error);
    fuzz::Require(*back == event, "an event comes back as another one", line);
  }

  fuzz::ByteSource& bytes_;
  bool in_call_ = false;
  int64_t now_ns_ = 0;
  int64_t last_ns_ = 0;
  Decoder decoder_;
};

}  // namespace
}  // namespace proctor

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  proctor::fuzz::ByteSource bytes(data, size);
  proctor::Traced(bytes).Run();
  return 0;
}
