// A program with what a state map may have to find its way through.

#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace small {

enum class State : uint32_t { kIdle = 7, kRunning = 9 };

struct Owner {
  int64_t before = 1;
  int32_t id = 4242;
};

struct Base {
  int16_t inherited = -5;
};

struct Processor : Base {
  std::atomic<State> state{State::kRunning};
  std::atomic<uint32_t> tick{3};
  std::atomic<Owner*> owner{nullptr};
  uint32_t head = 0xfffffffe;
  uint32_t tail = 1;
};

struct Scheduler {
  std::atomic<bool> waits{true};
  std::vector<std::unique_ptr<Processor>> processors;
  struct {
    std::atomic<int64_t> last{-12};
  } poller;
  uint64_t first_timer = 0;
  uint64_t second_timer = 99;
};

Scheduler* scheduler = nullptr;
Owner the_owner;

// The monitor of it.
[[gnu::noinline]] void Watch() { pause(); }

// An event of it.
[[gnu::noinline]] void HandOff(Processor* processor) { processor->tick.fetch_add(1); }

}  // namespace small

int main() {
  small::Scheduler here;
  for (int i = 0; i < 3; ++i) here.processors.push_back(std::make_unique<small::Processor>());
  here.processors[1]->owner = &small::the_owner;
  here.processors[2]->state = small::State::kIdle;
  small::HandOff(here.processors[0].get());
  small::scheduler = &here;
  const char ready = 'r';
  if (write(STDOUT_FILENO, &ready, 1) == 1) small::Watch();
  return 0;
}
