#include "conformance/debug_information/inspector.h"

#include <fmt/core.h>
#include <sys/uio.h>

#include <algorithm>
#include <utility>

namespace proctor {
namespace {

using enum EventKind;

// The slots, by what they are for. The way into a deep sleep comes before all duties.
constexpr int kHandOffSlot = 0;
constexpr int kPreemptSlot = 1;
constexpr int kIdleLockedSlot = 2;
constexpr int kFreeSlot = 3;  // injections; within a hand-off assigns; in a deep sleep its return

// Where the monitor adjusts a count also in a cycle that takes and injects nothing, it does so for
// every running processor. Then it is watched only in one of N cycles.
constexpr int64_t kAdjustmentsEvery = 32;

// The way into a deep sleep is watched in the first cycles that may have one, then in one of N:
// each access that is watched stops the monitor.
constexpr int64_t kWaysDownFirst = 64;
constexpr int64_t kWaysDownEvery = 8;

// A snapshot for which the values must belong together is read again that often at most.
constexpr int kSettleAttempts = 4;

constexpr int kFramesMost = 16;

bool ReadBytes(pid_t process, uint64_t address, void* to, size_t bytes) {
  const iovec local{.iov_base = to, .iov_len = bytes};
  const iovec remote{.iov_base = reinterpret_cast<void*>(address), .iov_len = bytes};
  return process_vm_readv(process, &local, 1, &remote, 1, 0) == static_cast<ssize_t>(bytes);
}

}  // namespace

std::unique_ptr<Inspector> Inspector::Attach(std::shared_ptr<const Layout> layout, pid_t process,
                                             pid_t monitor, bool breakpoints, Sink sink,
                                             std::string& error) {
  const std::optional<uint64_t> bias = BiasOf(*layout, process, error);
  if (!bias) return nullptr;
  std::unique_ptr<Inspector> inspector(
      new Inspector(std::move(layout), process, monitor, breakpoints, *bias, std::move(sink)));
  if (!inspector->reader_.Read(inspector->next_)) {
    error = fmt::format("process {}: its variables cannot be read by the state map '{}'", process,
                        inspector->layout_->map);
    return nullptr;
  }
  inspector->BeginCycle();
  return inspector;
}

Inspector::Inspector(std::shared_ptr<const Layout> layout, pid_t process, pid_t monitor,
                     bool breakpoints, uint64_t bias, Sink sink)
    : layout_(std::move(layout)),
      process_(process),
      monitor_(monitor),
      bias_(bias),
      sink_(std::move(sink)),
      reader_(*layout_, process, bias),
      breakpoints_(monitor),
      has_breakpoints_(breakpoints) {}

Inspector::~Inspector() = default;

void Inspector::Detach() {
  if (has_breakpoints_) breakpoints_.Clear();
  has_breakpoints_ = false;
}

const PlacedEvent* Inspector::Find(EventKind kind) const {
  const auto found = std::ranges::find_if(
      layout_->events, [&](const PlacedEvent& placed) { return placed.event.kind == kind; });
  return found == layout_->events.end() ? nullptr : &*found;
}

void Inspector::Arm(int slot, EventKind kind) {
  if (!has_breakpoints_) return;
  const PlacedEvent* placed = Find(kind);
  if (!breakpoints_.Set(slot, {.address = placed == nullptr ? 0 : bias_ + placed->address})) {
    Detach();
    for (auto& armed : armed_) armed.reset();
    return;
  }
  watched_[slot].reset();
  if (placed == nullptr) {
    armed_[slot].reset();
  } else {
    armed_[slot] = kind;
  }
  if (slot == kFreeSlot) return_armed_ = false;
}

void Inspector::Disarm(int slot) {
  if (has_breakpoints_) breakpoints_.Set(slot, {});
  armed_[slot].reset();
  watched_[slot].reset();
}

// Where a variable is one number at one place; nullptr: it is not.
const Place* Inspector::PlaceOf(Variable variable) const {
  const auto placed = std::ranges::find(layout_->variables, variable, &PlacedVariable::variable);
  const bool is_one = placed != layout_->variables.end() && placed->kind == Formula::Kind::kFirst &&
                      placed->places.size() == 1 && placed->places.front().hops.empty();
  return is_one ? &placed->places.front() : nullptr;
}

void Inspector::Watch(int slot, Variable variable, HardwareBreakpoints::On on) {
  const Place* place = PlaceOf(variable);
  if (place == nullptr) return;
  Disarm(slot);
  if (breakpoints_.Set(slot, {.address = bias_ + place->start, .on = on, .bytes = place->size}))
    watched_[slot] = variable;
}

int64_t Inspector::ValueOf(Variable variable) const {
  for (size_t i = 0; i < last_.values.size(); ++i) {
    if (layout_->variables[i].variable == variable) return last_.values[i];
  }
  return 0;
}

bool Inspector::MaySleepDeep() const {
  return ValueOf(Variable::kIdleProcessors) == ValueOf(Variable::kProcs) ||
         ValueOf(Variable::kStopPending) != 0;
}

// What it tests before a deep sleep, and the flag that it publishes. Duties come after that, so
// their functions make room until then.
void Inspector::WatchTheWayDown() {
  if (!has_breakpoints_ || !MaySleepDeep()) return;
  for (const Variable needed :
       {Variable::kStopPending, Variable::kIdleProcessors, Variable::kMonitorWaits}) {
    if (PlaceOf(needed) == nullptr) return;
  }
  if (++ways_down_ > kWaysDownFirst && ways_down_ % kWaysDownEvery != 0) return;
  closely_ = true;
  Watch(kHandOffSlot, Variable::kStopPending, HardwareBreakpoints::On::kAccess);
  Watch(kPreemptSlot, Variable::kIdleProcessors, HardwareBreakpoints::On::kAccess);
  Watch(kIdleLockedSlot, Variable::kMonitorWaits, HardwareBreakpoints::On::kWrite);
}

void Inspector::OnWatched(int slot, int64_t time_ns) {
  const Variable variable = *watched_[slot];
  const bool tested = variable == Variable::kStopPending || variable == Variable::kIdleProcessors;
  Event access = MakeEvent(
      time_ns, tested ? kRead : kWrite,
      {{Arg::kVariable, static_cast<int64_t>(variable)}, {Arg::kValue, ValueOf(variable)}});
  access.m = monitor_;
  sink_(access);
  // With the flag up its tests are over, and its duties follow the sleep; so are they where one
  // says no.
  const bool published = variable == Variable::kMonitorWaits && ValueOf(variable) != 0;
  const bool refused = variable == Variable::kIdleProcessors && !MaySleepDeep();
  if (published || refused || variable == Variable::kMonitorNote) Arm(kHandOffSlot, kHandOff);
  if (published || refused) Arm(kPreemptSlot, kPreemptRequest);
}

void Inspector::BeginCycle() {
  ++cycle_;
  many_adjustments_ = many_adjustments_ || (adjustments_ > 0 && !took_or_injected_);
  adjustments_ = 0;
  took_or_injected_ = false;
  closely_ = false;
  Arm(kHandOffSlot, kHandOff);
  Arm(kPreemptSlot, kPreemptRequest);
  if (!many_adjustments_ || cycle_ % kAdjustmentsEvery == 0) {
    Arm(kIdleLockedSlot, kAdjustIdleLocked);
  } else {
    Disarm(kIdleLockedSlot);
  }
  Arm(kFreeSlot, kInject);
}

// Functions that take turns in one slot cannot be called where they are not watched.
int64_t Inspector::Watching() const {
  if (!has_breakpoints_) return 0;
  const auto armed = [&](int slot) { return armed_[slot].has_value() || at_own_access_; };
  int64_t watched = 0;
  if (armed(kHandOffSlot)) watched |= kWatchHandOff;
  if (armed(kPreemptSlot)) watched |= kWatchPreemptRequest;
  if (armed(kIdleLockedSlot)) watched |= kWatchAdjustIdleLocked;
  if (Find(kInject) != nullptr) watched |= kWatchInject;
  if (Find(kAssign) != nullptr && armed(kHandOffSlot)) watched |= kWatchAssign;
  return watched;
}

void Inspector::EmitWrite(int64_t time_ns, Variable variable, int32_t p, int64_t value) {
  Event event = MakeEvent(time_ns, kWrite,
                          {{Arg::kVariable, static_cast<int64_t>(variable)}, {Arg::kValue, value}});
  event.p = p;
  sink_(event);
}

void Inspector::EmitChanges(int64_t time_ns) {
  for (size_t i = 0; i < next_.values.size(); ++i) {
    if (!read_ || last_.values[i] != next_.values[i])
      EmitWrite(time_ns, layout_->variables[i].variable, -1, next_.values[i]);
  }
  for (size_t p = 0; p < next_.of_processors.size(); ++p) {
    const std::vector<int64_t>& values = next_.of_processors[p];
    const std::vector<int64_t>* before =
        read_ && p < last_.of_processors.size() ? &last_.of_processors[p] : nullptr;
    for (size_t i = 0; i < values.size(); ++i) {
      if (before == nullptr || i >= before->size() || (*before)[i] != values[i]) {
        EmitWrite(time_ns, layout_->of_processors[i].variable, static_cast<int32_t>(p), values[i]);
      }
    }
  }
  Event snapshot = MakeEvent(time_ns, kSnapshot, {{Arg::kWatched, Watching()}});
  snapshot.m = monitor_;
  sink_(snapshot);
  std::swap(last_, next_);
  read_ = true;
}

bool Inspector::TakeSnapshot(int64_t time_ns) {
  if (reader_.Read(next_)) {
    EmitChanges(time_ns);
    return true;
  }
  // What cannot be read has gone: the process is about to end, while this thread still runs.
  Event gap = MakeEvent(time_ns, kGap, {{Arg::kLost, -1}});
  gap.m = monitor_;
  sink_(gap);
  return false;
}

// Reads until nobody held the sched lock, and nothing that it guards changed, from one reading to
// the next: then the values were all true at one moment. Otherwise the lock counts as held.
bool Inspector::Settle() {
  const auto lock =
      std::ranges::find(layout_->variables, Variable::kSchedLock, &PlacedVariable::variable);
  if (lock == layout_->variables.end()) return false;
  const auto at = static_cast<size_t>(lock - layout_->variables.begin());
  Snapshot first;
  for (int attempt = 0; attempt < kSettleAttempts; ++attempt) {
    if (!reader_.Read(first) || !reader_.Read(next_)) return false;
    if (first.values[at] == 0 && next_.values == first.values) return true;
  }
  next_.values[at] = 1;
  return true;
}

void Inspector::OnEntry(int64_t time_ns) { TakeSnapshot(time_ns); }

// What the other calls come back to shows at the next stop.
void Inspector::OnExit(int64_t time_ns) {
  if (sleeps_) TakeSnapshot(time_ns);
}

void Inspector::OnEvent(const Event& event) {
  Event told = event;
  switch (event.kind) {
    case kShallowSleep:
      sleeps_ = true;
      BeginCycle();
      break;
    case kShallowWake:
      sleeps_ = false;
      WatchTheWayDown();
      break;
    case kDeepSleep:
      sleeps_ = true;
      cause_.reset();
      if (Settle()) EmitChanges(event.time_ns);
      if (closely_) {
        Arm(kHandOffSlot, kHandOff);
        Arm(kPreemptSlot, kPreemptRequest);
      }
      ArmReturn();
      break;
    case kDeepWake:
      sleeps_ = false;
      if (cause_) told.Set(Arg::kCause, static_cast<int64_t>(*cause_));
      cause_.reset();
      break;
    case kPoll:
      took_or_injected_ = took_or_injected_ || event.Get(Arg::kReady) > 0;
      if (event.Get(Arg::kReady) > 0) Arm(kIdleLockedSlot, kAdjustIdleLocked);
      break;
    default:
      break;
  }
  sink_(told);
}

// What the wait returns to the monitor's own function says whether it was woken, also where a
// time-out and a wake-up coincide. Frames are found by the frame pointer; without it nothing is
// armed.
void Inspector::ArmReturn() {
  if (!has_breakpoints_) return;
  const std::optional<Registers> registers = ReadRegisters(monitor_);
  if (!registers) return;
  uint64_t frame = registers->frame;
  for (int i = 0; i < kFramesMost; ++i) {
    uint64_t saved[2] = {};
    if (!ReadBytes(process_, frame, saved, sizeof saved)) return;
    const uint64_t returns_to = saved[1] - bias_;
    if (returns_to >= layout_->monitor_low && returns_to < layout_->monitor_high) {
      return_armed_ = breakpoints_.Set(kFreeSlot, {.address = saved[1]});
      armed_[kFreeSlot].reset();
      return;
    }
    if (saved[0] <= frame) return;
    frame = saved[0];
  }
}

Event Inspector::AtFunction(const PlacedEvent& placed, int64_t time_ns) const {
  Event event = MakeEvent(time_ns, placed.event.kind);
  event.m = monitor_;
  const std::optional<Registers> registers = ReadRegisters(monitor_);
  if (!registers) return event;
  const auto& parameters =
      layout_->convention == CallingConvention::kGo ? registers->go : registers->system_v;
  if (placed.event.processor >= 0) {
    const uint64_t address = parameters[static_cast<size_t>(placed.event.processor)];
    const auto found = std::ranges::find(last_.processor_addresses, address);
    if (address != 0 && found != last_.processor_addresses.end())
      event.p = static_cast<int32_t>(found - last_.processor_addresses.begin());
  }
  for (const auto& [arg, parameter] : placed.event.args) {
    const uint64_t raw = parameters[static_cast<size_t>(parameter)];
    event.Set(arg, arg == Arg::kSpinning ? static_cast<int64_t>(raw & 1)
                                         : static_cast<int64_t>(static_cast<int32_t>(raw)));
  }
  return event;
}

bool Inspector::OnTrap(int64_t time_ns) {
  const int slot = has_breakpoints_ ? breakpoints_.TakeHit() : -1;
  if (slot < 0) return false;
  at_own_access_ = watched_[slot].has_value();
  const bool known = TakeSnapshot(time_ns);
  at_own_access_ = false;
  if (slot == kFreeSlot && return_armed_) {
    if (const std::optional<Registers> registers = ReadRegisters(monitor_))
      cause_ = (registers->result & 0xff) != 0 ? WakeCause::kWoken : WakeCause::kTimeout;
    Arm(kFreeSlot, kInject);
    if (closely_ && has_breakpoints_)
      Watch(kHandOffSlot, Variable::kMonitorNote, HardwareBreakpoints::On::kWrite);
    return true;
  }
  if (watched_[slot]) {
    if (known) OnWatched(slot, time_ns);
    return true;
  }
  if (!armed_[slot]) return true;
  const EventKind kind = *armed_[slot];
  sink_(AtFunction(*Find(kind), time_ns));
  switch (kind) {
    case kHandOff:
      took_or_injected_ = true;
      // What the hand-off ends in, and that it is over.
      if (Find(kAssign) != nullptr) Arm(kFreeSlot, kAssign);
      Arm(kIdleLockedSlot, kAdjustIdleLocked);
      break;
    case kAssign:
      Arm(kFreeSlot, kInject);
      break;
    case kAdjustIdleLocked:
      ++adjustments_;
      if (armed_[kFreeSlot] == kAssign) Arm(kFreeSlot, kInject);
      break;
    default:
      break;
  }
  return true;
}

EventKinds Inspector::Emits() {
  EventKinds kinds;
  for (const EventKind kind : {kGap, kSnapshot, kRead, kWrite, kHandOff, kPreemptRequest,
                               kAdjustIdleLocked, kInject, kAssign})
    kinds.set(static_cast<size_t>(kind));
  return kinds;
}

}  // namespace proctor
