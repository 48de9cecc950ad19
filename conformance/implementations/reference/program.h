// A scenario's tasks on the reference runtime: each task's program, operation by operation, with
// its stamps.
//
// Thread safety: Run by the main task; the rest as said.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_PROGRAM_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_PROGRAM_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "conformance/base/mutex.h"
#include "conformance/implementations/reference/run_timers.h"
#include "conformance/implementations/reference/scenario_heap.h"
#include "conformance/implementations/reference/tally.h"
#include "conformance/scenario/scenario.h"
#include "runtime/channel.h"
#include "runtime/descriptor.h"
#include "runtime/runtime.h"
#include "runtime/sync.h"

namespace proctor::reference {

// How fast this machine computes; to be called once, before any Program runs.
void Calibrate();

class Program final : private RunTimers::Listener {
 public:
  // `make_timers`: empty for the reference's own.
  Program(const Scenario& scenario, ScenarioHeap& heap, MakeRunTimers make_timers = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Runs the scenario from its first stamp to its last; false: a descriptor cannot be waited for,
  // and a line on standard error says so.
  bool Run();

  // The numbers g of the stamps, by the runtime's numbers of the tasks that have run. Anybody.
  std::unordered_map<runtime::TaskId, int64_t> Numbers() const;

  // The member "gathered" of the scenario's end; empty: everything was stamped. After Run.
  std::string Gathered() const;

 private:
  bool StampsTasks() const { return scenario_.stamps != Stamps::kNone; }
  bool Open();
  void Spawn(int32_t task, int64_t by);
  // A run of a task, while it runs.
  struct TaskRun {
    const Task& task;
    const int64_t g;
    std::shared_ptr<RunTimers> timers;  // null: it has set none yet
  };
  void RunTask(const Task& task, int64_t g, int64_t spawned_ns);
  void StampAll(TaskRun& run);
  void Gather(TaskRun& run);
  void Perform(const Operation& operation, TaskRun& run);
  void OperateTimer(const Operation& operation, TaskRun& run);
  void OnExpired(RunTimers& timers, int32_t number) override;
  // A task has ended, or a timer is to fire no more.
  void Release();

  // A descriptor of the scenario. The runtime lets one task at a time wait for it: the others stand
  // in line.
  struct Source {
    explicit Source(int number) : descriptor(number) {}
    runtime::Descriptor descriptor;
    runtime::Mutex turn;
  };

  const Scenario& scenario_;
  ScenarioHeap& heap_;
  const MakeRunTimers make_timers_;
  std::vector<std::unique_ptr<runtime::Channel<char>>> channels_;
  std::vector<std::unique_ptr<Source>> sources_;
  std::atomic<int64_t> last_g_{0};
  std::atomic<int64_t> live_{0};  // tasks that have not ended, and timers that are to fire
  std::unique_ptr<Tally> tally_;  // null where everything is stamped
  runtime::Channel<char> done_{1};

  mutable Mutex mutex_;
  std::unordered_map<runtime::TaskId, int64_t> numbers_ GUARDED_BY(mutex_);
};

}  // namespace proctor::reference

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_PROGRAM_H_
