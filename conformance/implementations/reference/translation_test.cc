#include "conformance/implementations/reference/translation.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace proctor::reference {
namespace {

using runtime::TraceEvent;
using runtime::TraceKind;
using runtime::TraceVariable;

TraceEvent Traced(TraceKind kind, TraceVariable variable, int64_t a, int64_t b = 0) {
  TraceEvent event;
  event.kind = kind;
  event.args[0] = static_cast<int64_t>(variable);
  event.args[1] = a;
  event.args[2] = b;
  return event;
}

// Both sides' lists are read, so a name that only one of them has ends this.
TEST(Translation, KnowsEveryKind) {
  const std::vector<EventKind> kinds = Translation::Emits();
  EXPECT_TRUE(std::ranges::is_sorted(kinds));
  EXPECT_TRUE(std::ranges::binary_search(kinds, EventKind::kHandOff));
  EXPECT_TRUE(std::ranges::binary_search(kinds, EventKind::kGap));
  EXPECT_FALSE(std::ranges::binary_search(kinds, EventKind::kCollection))
      << "the stamps show those";
}

TEST(Translation, KeepsWhoWhenAndWhat) {
  TraceEvent traced = Traced(TraceKind::kSwap, TraceVariable::kStatus, 3, 1);
  traced.time_ns = 77;
  traced.m = 4;
  traced.p = 2;
  Translation translation({});
  const Event event = translation.Translate(traced);
  EXPECT_EQ(event.kind, EventKind::kSwap);
  EXPECT_EQ(event.time_ns, 77);
  EXPECT_EQ(event.m, 4);
  EXPECT_EQ(event.p, 2);
  EXPECT_EQ(event.g, -1);
  EXPECT_TRUE(event.Is(Variable::kStatus));
  EXPECT_EQ(event.Get(Arg::kExpected), 3);
  EXPECT_EQ(event.Get(Arg::kValue), 1);
}

TEST(Translation, GivesTheValueThatAChangeLeadsTo) {
  Translation translation({});
  const auto value = [&](const TraceEvent& traced) {
    const Event event = translation.Translate(traced);
    EXPECT_EQ(event.kind, EventKind::kWrite);
    return event.Get(Arg::kValue);
  };
  EXPECT_EQ(value(Traced(TraceKind::kAdd, TraceVariable::kTimerCount, 1)), 1);
  EXPECT_EQ(value(Traced(TraceKind::kAdd, TraceVariable::kTimerCount, 1)), 2);
  EXPECT_EQ(value(Traced(TraceKind::kAdd, TraceVariable::kSpinningThreads, 1)), 1);
  EXPECT_EQ(value(Traced(TraceKind::kAdd, TraceVariable::kTimerCount, -1)), 1);
  // The thread that gave up spinning is traced after the swap that its going made possible.
  EXPECT_EQ(
      translation.Translate(Traced(TraceKind::kSwap, TraceVariable::kSpinningThreads, 0, 1)).kind,
      EventKind::kSwap);
  EXPECT_EQ(value(Traced(TraceKind::kAdd, TraceVariable::kSpinningThreads, -1)), 1);
}

TEST(Translation, NumbersTasksAsTheStampsDo) {
  Translation translation({{17, 1}, {33, 2}});
  const auto number = [&](int64_t task) {
    TraceEvent traced;
    traced.kind = TraceKind::kExecute;
    traced.g = task;
    return translation.Translate(traced).g;
  };
  EXPECT_EQ(number(33), 2);
  EXPECT_EQ(number(1), 3) << "never ran, and has no stamp";
  EXPECT_EQ(number(17), 1);
  EXPECT_EQ(number(1), 3);
  EXPECT_EQ(number(runtime::kFirstOwnTask), runtime::kFirstOwnTask);
  EXPECT_EQ(number(-1), -1);
}

}  // namespace
}  // namespace proctor::reference
