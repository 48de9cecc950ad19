#include "conformance/observer/family_tracer.h"

#include <sys/ptrace.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <utility>

#include "conformance/observer/proc_files.h"
#include "conformance/observer/ptrace.h"
#include "conformance/process/process.h"

namespace proctor {
namespace {

constexpr size_t kMembersMost = 4096;
constexpr size_t kEventsMost = 4'000'000;
constexpr size_t kEventsOfOneMost = 200'000;
constexpr int64_t kLetGoWithinNs = 2'000'000'000;

}  // namespace

bool FamilyTracer::Attach(pid_t process, std::string& error) {
  constexpr uintptr_t kTrace = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
                               PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT;
  if (!Seize(process, process, kTrace, error)) return false;
  Add(process);
  return true;
}

void FamilyTracer::Run(const std::atomic<bool>& stop) {
  while (!stop && !threads_.empty()) {
    int status = 0;
    const pid_t tid = waitpid(-1, &status, __WALL | __WNOTHREAD);
    if (tid < 0 && errno == EINTR) continue;
    if (tid < 0) break;
    OnReport(tid, status);
  }
  LetAllGo();
}

void FamilyTracer::OnReport(pid_t tid, int status) {
  if (WIFSTOPPED(status)) return OnStop(tid, status);
  const auto gone = threads_.find(tid);
  if (gone == threads_.end()) return;
  if (!gone->second.letting_go) OnExit(tid, gone->second, status);
  threads_.erase(gone);
}

FamilyTracer::Thread& FamilyTracer::Add(pid_t tid) {
  const auto [place, is_new] = threads_.try_emplace(tid);
  Thread& thread = place->second;
  if (!is_new) return thread;
  thread.process = ProcessOf(tid);
  const auto known = processes_.find(thread.process);
  const bool is_another = known == processes_.end() || known->second.has_ended;
  if (is_another && tid == thread.process) {
    processes_.insert_or_assign(
        thread.process,
        Process{.member = Enrol(thread.process), .identity = MonitorIdentity(thread.process)});
  }
  Process* process = ProcessOfThread(thread);
  if (process == nullptr) {
    thread.letting_go = true;
    return thread;
  }
  const FamilyMember* member = MemberOf(*process);
  if (member != nullptr && member->image && member->monitor == 0) Watch(tid, thread);
  return thread;
}

FamilyTracer::Process* FamilyTracer::ProcessOfThread(const Thread& thread) {
  const auto found = processes_.find(thread.process);
  return found == processes_.end() ? nullptr : &found->second;
}

// Null: there were too many.
FamilyMember* FamilyTracer::MemberOf(Process& process) {
  return process.member < members_.size() ? &members_[process.member] : nullptr;
}

size_t FamilyTracer::Enrol(pid_t process) {
  if (members_.size() >= kMembersMost) {
    ++left_out_;
    return kMembersMost;
  }
  members_.push_back(
      {.process = process, .program = ProgramOf(process), .began_ns = MonotonicNowNs()});
  return members_.size() - 1;
}

void FamilyTracer::OnStop(pid_t tid, int status) {
  const int signal = WSTOPSIG(status);
  const int event = status >> 16;
  if (event == PTRACE_EVENT_EXEC) OnExec(tid);
  Thread& thread = Add(tid);
  if (!thread.letting_go && LeaveStopped(tid, status)) return;
  if (signal == kSyscallStop) {
    OnSyscall(tid, thread);
    Resume(tid, thread, 0);
  } else if (event != 0) {
    OnEvent(tid, thread, event);
    const auto still = threads_.find(tid);
    if (still != threads_.end()) Resume(tid, still->second, 0);
  } else {
    Resume(tid, thread, signal);
  }
}

void FamilyTracer::Resume(pid_t tid, Thread& thread, int signal) {
  const auto data = static_cast<uintptr_t>(signal);
  if (thread.letting_go) {
    Ptrace(PTRACE_DETACH, tid, 0, data);
    threads_.erase(tid);
  } else {
    Ptrace(thread.decoder ? PTRACE_SYSCALL : PTRACE_CONT, tid, 0, data);
  }
}

void FamilyTracer::OnSyscall(pid_t tid, Thread& thread) {
  __ptrace_syscall_info info{};
  if (!thread.decoder ||
      Ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof info, reinterpret_cast<uintptr_t>(&info)) <= 0) {
    return;
  }
  const int64_t now_ns = MonotonicNowNs();
  if (info.arch != kTracedArchitecture) {
    thread.decoder.reset();
  } else if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
    uint64_t args[6];
    std::copy(std::begin(info.entry.args), std::end(info.entry.args), args);
    const int64_t before = thread.decoder->sleeps();
    thread.decoder->OnEntry(now_ns, info.entry.nr, args);
    if (thread.decoder->sleeps() != before) LookForMonitor(tid, thread, info.stack_pointer);
  } else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
    thread.decoder->OnExit(now_ns, info.exit.rval);
  }
}

void FamilyTracer::OnEvent(pid_t tid, Thread& thread, int event) {
  switch (event) {
    case PTRACE_EVENT_CLONE:
      if (thread.decoder) {
        thread.decoder->OnThreadStart(MonotonicNowNs(), static_cast<pid_t>(EventMessageOf(tid)));
      }
      // A runtime in a library has been loaded by now.
      if (Process* process = ProcessOfThread(thread)) LookForRuntime(*process);
      Add(static_cast<pid_t>(EventMessageOf(tid)));
      break;
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK:
      Add(static_cast<pid_t>(EventMessageOf(tid)));
      break;
    case PTRACE_EVENT_EXIT:
      OnExit(tid, thread, static_cast<int>(EventMessageOf(tid)));
      break;
    default:
      break;
  }
}

// After an exec the one thread left is the leader; where another thread has called it, the leader
// itself has ended just before. What a child is until its exec is no program of its own; what a
// process was that had run for itself stays a row.
void FamilyTracer::OnExec(pid_t tid) {
  std::erase_if(threads_, [tid](const auto& entry) { return entry.second.process == tid; });
  const auto found = processes_.find(tid);
  if (found != processes_.end()) {
    Process& process = found->second;
    process.has_ended = false;
    process.identity = MonitorIdentity(tid);
    if (FamilyMember* member = MemberOf(process)) {
      member->status.reset();
      if (member->image) {
        member->ended_ns = MonotonicNowNs();
        process.member = Enrol(tid);
      } else {
        member->ended_ns = 0;
        member->program = ProgramOf(tid);
        member->began_ns = MonotonicNowNs();
      }
    }
  }
  if (Process* process = ProcessOfThread(Add(tid))) LookForRuntime(*process);
}

void FamilyTracer::LookForRuntime(Process& process) {
  FamilyMember* member = MemberOf(process);
  if (member == nullptr || member->image || !process.identity.LookAgain()) return;
  if (process.identity.images().empty()) return;
  member->image = process.identity.images().front();
  member->environment = EnvironmentOf(member->process);
  member->cpus = CpusOf(member->process);
  for (auto& [tid, thread] : threads_) {
    if (thread.process == member->process) Watch(tid, thread);
  }
}

// From its next stop on the thread is stopped for its calls.
void FamilyTracer::Watch(pid_t tid, Thread& thread) {
  thread.decoder = std::make_unique<Decoder>(
      tid, [this, tid](const Event& event) { Keep(tid, event); },
      [tid](uint64_t address, void* to, size_t size) {
        return ReadMemoryOf(tid, address, to, size);
      });
  Event start = MakeEvent(MonotonicNowNs(), EventKind::kMonitorStart);
  start.m = tid;
  thread.events.push_back(start);
}

void FamilyTracer::Keep(pid_t tid, const Event& event) {
  std::vector<Event>& events = threads_.at(tid).events;
  if (events.size() > kEventsOfOneMost || events_ > kEventsMost) return;
  const bool is_last = events.size() == kEventsOfOneMost || events_ == kEventsMost;
  ++events_;
  events.push_back(event);
  if (is_last) {
    events.back() = MakeEvent(event.time_ns, EventKind::kGap, {{Arg::kLost, -1}});
    events.back().m = tid;
  }
}

void FamilyTracer::LookForMonitor(pid_t tid, Thread& thread, uint64_t stack_pointer) {
  Process* process = ProcessOfThread(thread);
  FamilyMember* member = process == nullptr ? nullptr : MemberOf(*process);
  if (member == nullptr || member->monitor != 0) return;
  const auto answer =
      process->identity.Ask(tid, stack_pointer, thread.decoder->pattern(), MonitorDeclaration());
  if (answer != MonitorIdentity::Answer::kMonitor) return;
  member->monitor = tid;
  if (process->identity.image())
    member->image = process->identity.images()[*process->identity.image()];
  for (auto& [other, others] : threads_) {
    if (others.process != thread.process || other == tid) continue;
    events_ -= std::min(events_, others.events.size());
    others.events = {};
    others.decoder.reset();
  }
}

// `status` as waitpid has it. The thread goes on to its end untraced: the status of a process
// belongs to its parent.
void FamilyTracer::OnExit(pid_t tid, Thread& thread, int status) {
  thread.letting_go = true;
  Process* process = ProcessOfThread(thread);
  if (process == nullptr) return;
  FamilyMember* member = MemberOf(*process);
  if (member != nullptr && tid == member->monitor) {
    thread.decoder->OnEnd(MonotonicNowNs());
    member->events = std::move(thread.events);
  }
  if (tid != thread.process) return;
  process->has_ended = true;
  if (member == nullptr) return;
  member->ended_ns = MonotonicNowNs();
  member->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void FamilyTracer::LetAllGo() {
  for (auto& [tid, thread] : threads_) {
    Process* process = ProcessOfThread(thread);
    FamilyMember* member = process == nullptr ? nullptr : MemberOf(*process);
    if (member != nullptr && tid == member->monitor) member->events = std::move(thread.events);
    thread.letting_go = true;
    Ptrace(PTRACE_INTERRUPT, tid, 0, 0);
  }
  const int64_t deadline_ns = MonotonicNowNs() + kLetGoWithinNs;
  while (!threads_.empty() && MonotonicNowNs() < deadline_ns) {
    int status = 0;
    const pid_t tid = waitpid(-1, &status, __WALL | __WNOTHREAD | WNOHANG);
    if (tid < 0 && errno != EINTR) break;
    if (tid <= 0) {
      const timespec moment{.tv_sec = 0, .tv_nsec = 200'000};
      nanosleep(&moment, nullptr);
    } else {
      OnReport(tid, status);
    }
  }
}

}  // namespace proctor
