// The queue of a channel against a list: who is claimed next, and who is passed by because a select
// of another channel has claimed it. What tasks do with channels is tested in runtime/channel_test.

#include "runtime/scheduler/channel_core.h"

#include <algorithm>
#include <array>
#include <deque>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "runtime/scheduler/task.h"

namespace proctor::runtime {
namespace {

constexpr size_t kTasks = 4;

// One task's waiters in two channels, as a select has them; without a ticket it waits in the first.
struct Waits {
  explicit Waits(Task* task, bool selects) {
    for (ChannelWaiter& waiter : in) {
      waiter.task = task;
      waiter.ticket = selects ? task->ticket.load() : 0;
    }
  }
  std::array<ChannelWaiter, 2> in;
};

RC_GTEST_PROP(ChannelQueue, ClaimsInOrderWhoIsStillFree, ()) {
  std::vector<Task> tasks(kTasks);
  std::vector<Waits> waits;
  std::array<ChannelQueue, 2> queues;
  std::array<std::deque<ChannelWaiter*>, 2> expected;
  for (Task& task : tasks) {
    task.ticket = 1;
    waits.emplace_back(&task, *rc::gen::arbitrary<bool>());
  }
  // Each may be appended once to each queue, and taken out when it is there or not.
  for (int step = *rc::gen::inRange(0, 40); step > 0; --step) {
    const size_t queue = *rc::gen::inRange<size_t>(0, 2);
    ChannelWaiter* waiter = &waits[*rc::gen::inRange<size_t>(0, kTasks)].in[queue];
    auto& list = expected[queue];
    const auto found = std::ranges::find(list, waiter);
    switch (*rc::gen::inRange(0, 3)) {
      case 0:
        if (found != list.end() || (waiter->ticket == 0 && queue == 1)) break;
        queues[queue].Append(waiter);
        list.push_back(waiter);
        break;
      case 1:
        queues[queue].Remove(waiter);
        if (found != list.end()) list.erase(found);
        break;
      default: {
        const auto is_free = [](const ChannelWaiter* waiting) {
          return waiting->ticket == 0 || waiting->task->ticket == waiting->ticket;
        };
        const auto first = std::ranges::find_if(list, is_free);
        ChannelWaiter* next = first == list.end() ? nullptr : *first;
        list.erase(list.begin(), first == list.end() ? first : first + 1);
        RC_ASSERT(queues[queue].Claim() == next);
        if (next != nullptr && next->ticket != 0) {
          RC_ASSERT((next->task->wait_result == next));
          RC_ASSERT(!is_free(next));
        }
      }
    }
    RC_ASSERT(queues[queue].empty() == list.empty());
  }
}

}  // namespace
}  // namespace proctor::runtime
