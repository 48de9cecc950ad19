#include "conformance/observer/observer.h"

#include <utility>

#include "conformance/observer/tracer.h"
#include "conformance/observer/tracing_thread.h"

namespace proctor {

struct Observer::State {
  State(const Options& options, Sink sink) : tracer(options, std::move(sink)) {}

  Tracer tracer;
  TracingThread thread;
};

std::unique_ptr<Observer> Observer::Start(const Options& options, Sink sink, std::string& error) {
  auto state = std::make_unique<State>(options, std::move(sink));
  Tracer& tracer = state->tracer;
  if (!state->thread.Start([&tracer](std::string& error) { return tracer.Attach(error); },
                           [&tracer](const std::atomic<bool>& stop) { tracer.Run(stop); }, error)) {
    return nullptr;
  }
  return std::unique_ptr<Observer>(new Observer(std::move(state)));
}

Observer::Observer(std::unique_ptr<State> state) : state_(std::move(state)) {}

Observer::~Observer() { Stop(); }

void Observer::Stop() { state_->thread.Stop(); }

bool Observer::showed_none() const { return state_->tracer.showed_none(); }

const std::string& Observer::error() const { return state_->tracer.error(); }

const std::string& Observer::inspection_error() const { return state_->tracer.inspection_error(); }

void Observer::Declare(MonitorDeclaration declaration) {
  state_->tracer.Declare(std::move(declaration));
  state_->thread.Nudge();
}

pid_t Observer::monitor() const { return state_->tracer.monitor(); }

Observer::Found Observer::found() const { return state_->tracer.found(); }

const std::vector<FoundMonitor>& Observer::others() const { return state_->tracer.others(); }

Observer::Usage Observer::usage() const { return state_->tracer.usage(); }

EventKinds Observer::Emits() {
  EventKinds kinds;
  for (const EventKind kind :
       {EventKind::kGap, EventKind::kMonitorStart, EventKind::kMonitorExit,
        EventKind::kSecondMonitor, EventKind::kShallowSleep, EventKind::kShallowWake,
        EventKind::kDeepSleep, EventKind::kDeepWake, EventKind::kPoll, EventKind::kPreemptSignal,
        EventKind::kSignalPending, EventKind::kThreadStart, EventKind::kThreadWake,
        EventKind::kTraceLine, EventKind::kAffinityRead}) {
    kinds.set(static_cast<size_t>(kind));
  }
  return kinds;
}

}  // namespace proctor
