#include "runtime/trace/trace.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace proctor::runtime {
namespace {

TraceEvent Numbered(int64_t number) {
  TraceEvent event;
  event.args[0] = number;
  return event;
}

std::vector<TraceEvent> Drain(TraceReader& reader) {
  std::vector<TraceEvent> events;
  reader.Drain([&](const TraceEvent& event) { events.push_back(event); });
  return events;
}

TEST(Trace, EventsOfAllThreadsComeInOneOrder) {
  constexpr int64_t kEvents = 20'000;
  Tracer tracer(1 << 15);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 3; ++thread) {
    threads.emplace_back([&, ring = tracer.MakeRing()] {
      for (int64_t i = 0; i < kEvents; ++i) {
        TraceEvent event = Numbered(i);
        tracer.Write(ring, event);
      }
    });
  }
  // Read while they write: only what has all its predecessors is given.
  TraceReader reader(tracer);
  std::vector<TraceEvent> events;
  while (events.size() < 3 * kEvents) {
    for (const TraceEvent& event : Drain(reader)) events.push_back(event);
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(Drain(reader).empty());
  EXPECT_EQ(tracer.lost(), 0);
  for (size_t i = 0; i < events.size(); ++i) {
    ASSERT_EQ(events[i].order, i + 1);
    ASSERT_GE(events[i].time_ns, events[i == 0 ? 0 : i - 1].time_ns);
  }
}

// What follows a hole cannot be understood, even from a ring that has room.
TEST(Trace, EndsAtTheFirstLoss) {
  Tracer tracer(64);
  TraceRing* full = tracer.MakeRing();
  TraceRing* roomy = tracer.MakeRing();
  int64_t told = 0;
  while (tracer.lost() == 0) {
    TraceEvent event = Numbered(told++);
    tracer.Write(full, event);
  }
  const int64_t whole = told - 1;
  for (int i = 0; i < 5; ++i) {
    TraceEvent event = Numbered(-1);
    tracer.Write(roomy, event);
  }
  TraceReader reader(tracer);
  const std::vector<TraceEvent> events = Drain(reader);
  ASSERT_EQ(events.size(), static_cast<size_t>(whole));
  for (int64_t i = 0; i < whole; ++i) EXPECT_EQ(events[static_cast<size_t>(i)].args[0], i);

  // There is room again, and still a hole.
  TraceEvent event = Numbered(-1);
  tracer.Write(full, event);
  EXPECT_TRUE(Drain(reader).empty());
  EXPECT_GE(tracer.lost(), 1);
}

TEST(Trace, IsOffForGoodWithoutRings) {
  Tracer tracer(0);
  tracer.Start();
  EXPECT_FALSE(tracer.on());
  EXPECT_EQ(tracer.MakeRing(), nullptr);
}

}  // namespace
}  // namespace proctor::runtime
