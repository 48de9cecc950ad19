#include "conformance/implementations/reference/adapter.h"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>

#include "conformance/adapter/line_buffer.h"
#include "conformance/adapter/protocol.h"
#include "conformance/evidence/trace.h"
#include "conformance/implementations/reference/program.h"
#include "conformance/implementations/reference/scenario_heap.h"
#include "conformance/implementations/reference/settings.h"
#include "conformance/implementations/reference/stamps.h"
#include "conformance/implementations/reference/translation.h"
#include "conformance/scenario/scenario.h"
#include "conformance/scenario/scenario_json.h"
#include "runtime/runtime.h"
#include "runtime/scheduler/scheduler.h"
#include "runtime/trace/trace.h"

namespace proctor::reference {
namespace {

// What a thread can trace before the trace ends. Its memory is the system's until it is used.
constexpr size_t kTraceEventsPerThread = 1 << 22;
constexpr int64_t kShowMonitorNs = 6'000'000;

// Who watches from outside finds the monitor by its first sleeps, and lets all other threads go
// then. So the runtime is busy for a moment before the scenario starts.
void ShowMonitor() {
  for (const int64_t end_ns = NowNs() + kShowMonitorNs; NowNs() < end_ns;) runtime::Poll();
}

// From the runtime's start to now, or to the first loss.
void EmitTrace(runtime::Tracer& tracer, std::unordered_map<runtime::TaskId, int64_t> numbers) {
  tracer.Stop();
  Translation translation(std::move(numbers));
  std::string lines;
  constexpr size_t kSaidAtOnce = 1 << 16;
  int64_t last_ns = NowNs();
  runtime::TraceReader reader(tracer);
  reader.Drain([&](const runtime::TraceEvent& traced) {
    const Event event = translation.Translate(traced);
    if (event.kind == EventKind::kCollection) return;
    last_ns = event.time_ns;
    FormatEvent(event, lines);
    lines += '\n';
    if (lines.size() < kSaidAtOnce) return;
    Say(lines);
    lines.clear();
  });
  Say(lines);
  if (tracer.lost() > 0) StampAt(last_ns, EventKind::kGap, -1, {{Arg::kLost, tracer.lost()}});
}

// Prints what the runtime is at, and ends the process, when SIGQUIT asks for it: the harness does
// so before it kills a process that hangs. To be called before there is any other thread.
void DescribeOnQuit(const std::atomic<runtime::Runtime*>& running) {
  sigset_t quit;
  sigemptyset(&quit);
  sigaddset(&quit, SIGQUIT);
  pthread_sigmask(SIG_BLOCK, &quit, nullptr);
  std::thread([quit, &running] {
    int signal = 0;
    while (sigwait(&quit, &signal) != 0) {
    }
    if (const runtime::Runtime* runtime = running.load())
      fputs(runtime->Describe().c_str(), stderr);
    _exit(EXIT_FAILURE);
  }).detach();
}

class Adapter {
 public:
  Adapter(Profile profile, runtime::Options::RunMonitor run_monitor, MakeRunTimers make_timers)
      : profile_(profile),
        run_monitor_(std::move(run_monitor)),
        make_timers_(std::move(make_timers)) {}

  // The exit status.
  int Run();

 private:
  void Greet() const;
  // False: the input has ended.
  bool ReadLine(std::string& line);
  void RunScenario(std::string& line);

  const Profile profile_;
  const runtime::Options::RunMonitor run_monitor_;
  const MakeRunTimers make_timers_;
  std::atomic<runtime::Runtime*> running_{nullptr};
  const bool trace_ = getenv(kTraceVariable) != nullptr;
  LineBuffer input_;
  bool more_ = true;
  int status_ = EXIT_SUCCESS;
};

int Adapter::Run() {
  DescribeOnQuit(running_);
  Calibrate();
  Greet();
  std::string line;
  more_ = ReadLine(line);
  while (more_ && status_ == EXIT_SUCCESS) RunScenario(line);
  return status_;
}

void Adapter::Greet() const {
  // What a runtime makes of its environment; it never runs.
  runtime::Runtime probe(ToOptions({}, profile_));
  Say(Handshake(probe.scheduler().options()) + "\n");
}

bool Adapter::ReadLine(std::string& line) {
  while (!input_.TakeLine(line)) {
    char block[4096];
    const ssize_t got = read(kAdapterInput, block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    input_.Append({block, static_cast<size_t>(got)});
    if (input_.size() > kLineBytesMost) {
      fprintf(stderr, "adapter: a line of more than %zu bytes\n", kLineBytesMost);
      status_ = EXIT_FAILURE;
      return false;
    }
  }
  return true;
}

// Leaves the next scenario in `line`, or no more.
void Adapter::RunScenario(std::string& line) {
  std::string error;
  const std::optional<Scenario> scenario = ParseSentScenario(line, error);
  if (!scenario) {
    fprintf(stderr, "adapter: %s\n", error.c_str());
    status_ = EXIT_FAILURE;
    return;
  }
  const Tunables asked = scenario->Asked();
  ScenarioHeap heap(static_cast<int32_t>(asked.gc_percent));
  runtime::Options options = ToOptions(asked, profile_);
  options.collector = &heap;
  options.run_monitor = run_monitor_;
  std::unique_ptr<runtime::Runtime> runtime;
  std::unique_ptr<Program> program;
  if (trace_) {
    options.trace_events_per_thread = kTraceEventsPerThread;
    options.before_fatal_exit = [&] { EmitTrace(runtime->tracer(), program->Numbers()); };
  }
  runtime = std::make_unique<runtime::Runtime>(options);
  program = std::make_unique<Program>(*scenario, heap, make_timers_);
  if (trace_) runtime->tracer().Start();
  running_ = runtime.get();
  runtime->Run([&] {
    ShowMonitor();
    if (!program->Run()) {
      status_ = EXIT_FAILURE;
      return;
    }
    // Whatever takes longer than a few microseconds from here on is a system call.
    const runtime::SystemCall call;
    if (trace_) EmitTrace(runtime->tracer(), program->Numbers());
    int64_t count = 0;
    for (const int64_t end_ns : heap.Ends()) {
      StampAt(end_ns, EventKind::kCollection, -1, {{Arg::kCount, ++count}});
    }
    const std::string gathered = program->Gathered();
    Say("{\"done\":{\"in_force\":" + InForce(asked, runtime->scheduler().options()) +
        (gathered.empty() ? "" : ",\"gathered\":" + gathered) + "}}\n");
    more_ = ReadLine(line);
  });
  running_ = nullptr;
}

}  // namespace

int RunAdapter(Profile profile, runtime::Options::RunMonitor run_monitor,
               MakeRunTimers make_timers) {
  if (getenv("PROCTOR_ADAPTER") == nullptr) {
    fprintf(stderr, "adapter: to be started by proctor, not by hand\n");
    return EXIT_FAILURE;
  }
  return Adapter(profile, std::move(run_monitor), std::move(make_timers)).Run();
}

}  // namespace proctor::reference
