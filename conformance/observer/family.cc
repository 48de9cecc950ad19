#include "conformance/observer/family.h"

#include <utility>

#include "conformance/observer/family_tracer.h"
#include "conformance/observer/tracing_thread.h"

namespace proctor {

struct Family::State {
  FamilyTracer tracer;
  TracingThread thread;
};

std::unique_ptr<Family> Family::Start(pid_t process, std::string& error) {
  auto state = std::make_unique<State>();
  FamilyTracer& tracer = state->tracer;
  const bool started = state->thread.Start(
      [&tracer, process](std::string& error) { return tracer.Attach(process, error); },
      [&tracer](const std::atomic<bool>& stop) { tracer.Run(stop); }, error);
  if (!started) return nullptr;
  return std::unique_ptr<Family>(new Family(std::move(state)));
}

Family::Family(std::unique_ptr<State> state) : state_(std::move(state)) {}

Family::~Family() { Stop(); }

void Family::Stop() { state_->thread.Stop(); }

const std::vector<FamilyMember>& Family::members() const { return state_->tracer.members(); }

int64_t Family::left_out() const { return state_->tracer.left_out(); }

}  // namespace proctor
