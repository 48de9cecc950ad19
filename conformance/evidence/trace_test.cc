#include "conformance/evidence/trace.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
// RapidCheck's gtest part needs gtest first.
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "conformance/evidence/chrome.h"

namespace proctor {
namespace {

Event ArbitraryEvent() {
  Event event;
  event.kind = static_cast<EventKind>(*rc::gen::inRange<int>(0, static_cast<int>(kEventKinds)));
  event.time_ns = *rc::gen::inRange<int64_t>(0, INT64_MAX);
  event.m = *rc::gen::inRange<int32_t>(-1, INT32_MAX);
  event.p = *rc::gen::inRange<int32_t>(-1, 4096);
  event.g = *rc::gen::inRange<int64_t>(-1, INT64_MAX);
  for (const Arg arg : ArgsOf(event.kind)) {
    const ValueNames names = ArgValueNames(arg);
    event.Set(arg, names.empty()
                       ? *rc::gen::arbitrary<int64_t>()
                       : *rc::gen::inRange<int64_t>(0, static_cast<int64_t>(names.size())));
  }
  return event;
}

Header SampleHeader() {
  Header header;
  header.maker = "observer";
  header.implementation = "go \"x\"";
  header.version = "go1.19.8";
  header.tiers = kO | kX;
  header.profile = kGo1_25;
  header.from_start = true;
  header.emits.set(static_cast<size_t>(EventKind::kShallowSleep));
  header.scenario = "idle";
  header.seed = UINT64_MAX;
  header.asked.procs = 1;
  header.in_force.sched_trace_ms = 7;
  header.promises = {.preemption = PreemptionKind::kSafepoint,
                     .reports_deadlock = false,
                     .blocking = BlockingKind::kUntold};
  return header;
}

std::string HeaderLine() {
  std::ostringstream stream;
  const TraceWriter writer(stream, SampleHeader());
  return stream.str();
}

// The error that reading the text ends with.
std::string ErrorOf(const std::string& text) {
  std::istringstream stream(text);
  TraceReader reader(stream, "t");
  if (!reader.ReadHeader()) return reader.error();
  while (reader.Next()) {
  }
  return reader.error();
}

RC_GTEST_PROP(Trace, EventsComeBack, ()) {
  const Event event = ArbitraryEvent();
  std::string line;
  FormatEvent(event, line);
  std::string error;
  const std::optional<Event> back = ParseEvent(line, error);
  RC_ASSERT(error == "");
  RC_ASSERT(back.has_value());
  RC_ASSERT(*back == event);
  RC_ASSERT(nlohmann::json::accept(line));
}

RC_GTEST_PROP(Trace, TheOrderOfMembersDoesNotMatter, ()) {
  const Event event = ArbitraryEvent();
  std::string line;
  FormatEvent(event, line);
  std::vector<std::string> members;
  const auto json = nlohmann::json::parse(line);
  for (const auto& [name, value] : json.items()) {
    members.push_back(fmt::format("\"{}\" : {}", name, value.dump()));
  }
  const auto at = [&] { return members.begin() + *rc::gen::inRange<int>(0, members.size()); };
  for (size_t i = 0; i < members.size(); ++i) std::iter_swap(at(), at());
  std::string error;
  const auto back = ParseEvent(fmt::format("{{ {} }}", fmt::join(members, " , ")), error);
  RC_ASSERT(error == "");
  RC_ASSERT(back == event);
}

RC_GTEST_PROP(Trace, NoCutLineIsTakenForAnEvent, ()) {
  std::string line;
  FormatEvent(ArbitraryEvent(), line);
  line.resize(*rc::gen::inRange<size_t>(0, line.size()));
  std::string error;
  RC_ASSERT(!ParseEvent(line, error).has_value());
  RC_ASSERT(!error.empty());
}

RC_GTEST_PROP(Trace, ArbitraryBytesNeverBreakTheReader, (const std::string& bytes)) {
  const std::string error = ErrorOf(HeaderLine() + bytes + "\n");
  RC_ASSERT(!error.empty());
}

TEST(Trace, HeaderComesBack) {
  std::istringstream stream(HeaderLine());
  TraceReader reader(stream, "t");
  const std::optional<Header> back = reader.ReadHeader();
  ASSERT_TRUE(back) << reader.error();
  EXPECT_EQ(*back, SampleHeader());
  EXPECT_FALSE(reader.Next());
  EXPECT_EQ(reader.error(), "");
}

TEST(Trace, MalformedLinesAreNamedWithTheirPlace) {
  const std::string head = HeaderLine();
  EXPECT_EQ(ErrorOf(""), "t: the trace is empty");
  EXPECT_EQ(ErrorOf("hello\n"), "t:1: header: not JSON from line 1, column 1 on");
  EXPECT_EQ(ErrorOf("{}\n"), "t:1: header: missing member 'schema'");
  EXPECT_EQ(ErrorOf(R"({"schema":"proctor-trace/9"})"
                    "\n"),
            "t:1: header: schema 'proctor-trace/9' is not 'proctor-trace/1'");
  EXPECT_EQ(ErrorOf(head + R"({"t":1,"e":"gap","lost":1)"),
            "t:2: the last line is cut short (it has no line break)");
  EXPECT_EQ(ErrorOf(head + R"({"t":1,"e":"gap","lost)"
                           "\n"),
            "t:2: the line is cut short");
  EXPECT_EQ(ErrorOf(head + std::string("{\"t\":1,\0}\n", 10)), "t:2: the line holds NUL bytes");
  EXPECT_EQ(ErrorOf(head + R"({"t":9,"e":"gap","lost":1})"
                           "\n"
                           R"({"t":5,"e":"gap","lost":1})"
                           "\n"),
            "t:3: times go backwards (5 ns after 9 ns)");
  EXPECT_EQ(ErrorOf(head + R"({"t":1,"e":"nap"})"
                           "\n"),
            "t:2: unknown event 'nap'");
  EXPECT_EQ(ErrorOf(head + R"({"t":1,"e":"gap"})"
                           "\n"),
            "t:2: event 'gap' lacks 'lost'");
  EXPECT_EQ(ErrorOf(head + R"({"lost":1,"t":1})"
                           "\n"),
            "t:2: an event lacks 'e'");
  EXPECT_EQ(ErrorOf(head + R"({"lost":1,"e":"gap","t":1,"e":"gap"})"
                           "\n"),
            "t:2: 'e' stands twice in one event");
  EXPECT_EQ(ErrorOf(head + R"({"e":"gap","lost":1})"
                           "\n"),
            "t:2: an event lacks 't'");
  EXPECT_EQ(ErrorOf(head + R"({"t":1,"e":"gap","lost":"x"})"
                           "\n"),
            "t:2: 'lost' must be a 64-bit integer");
  EXPECT_EQ(ErrorOf(head + R"({"t":1,"e":"deep_wake","cause":"love"})"
                           "\n"),
            "t:2: unknown 'love' for 'cause'");
  EXPECT_EQ(ErrorOf(head + R"({"t":1,"e":"gap","lost":1,"lost":2})"
                           "\n"),
            "t:2: 'lost' stands twice in one event");
  EXPECT_EQ(ErrorOf(head + R"({"t":1,"t":1,"e":"gap","lost":1})"
                           "\n"),
            "t:2: 't' stands twice in one event");
  EXPECT_EQ(ErrorOf(head + R"({"t":18446744073709551615,"e":"gap","lost":1})"
                           "\n"),
            "t:2: 't' must be a 64-bit integer");
  EXPECT_EQ(ErrorOf(head + R"({"t":1,"e":"gap","lost":1} x)"
                           "\n"),
            "t:2: something follows the event");
  EXPECT_EQ(ErrorOf(head + R"({"t":1,"m":99999999999,"e":"gap","lost":1})"
                           "\n"),
            "t:2: 'm' must be -1 to 2147483647");
  EXPECT_EQ(ErrorOf(head + R"({"t":1,"p":4096,"e":"gap","lost":1})"
                           "\n"),
            "t:2: 'p' must be -1 to 4095");
  EXPECT_EQ(ErrorOf(head + R"({"t":-1,"e":"gap","lost":1})"
                           "\n"),
            "t:2: 't' must not be negative");
}

TEST(Trace, WhatANewerProgramSaysBesidesIsNamedOnceAndIgnored) {
  std::string header = HeaderLine();
  header.insert(1, R"("colour":[1,2],)");
  std::istringstream stream(header + R"({"t":1,"e":"gap","lost":1,"hue":2})"
                                     "\n"
                                     R"({"t":2,"e":"gap","hue":"x","lost":1})"
                                     "\n");
  TraceReader reader(stream, "t");
  ASSERT_TRUE(reader.ReadHeader()) << reader.error();
  ASSERT_TRUE(reader.Next()) << reader.error();
  EXPECT_EQ(reader.Next(), MakeEvent(2, EventKind::kGap, {{Arg::kLost, 1}})) << reader.error();
  EXPECT_EQ(reader.ignored(), (std::set<std::string>{"gap.hue", "header.colour"}));
}

// A stream that never ends and never breaks its line: reading must stop by itself.
class EndlessLine : public std::streambuf {
 protected:
  int_type underflow() override {
    given_ += sizeof block_;
    std::fill_n(block_, sizeof block_, 'x');
    setg(block_, block_, block_ + sizeof block_);
    return traits_type::to_int_type(block_[0]);
  }

 public:
  size_t given() const { return given_; }

 private:
  char block_[4096];
  size_t given_ = 0;
};

TEST(Trace, AnEndlessLineIsRefusedEarly) {
  EndlessLine endless;
  std::istream stream(&endless);
  TraceReader reader(stream, "t");
  EXPECT_FALSE(reader.ReadHeader());
  EXPECT_EQ(reader.error(), "t:1: a line is longer than 1048576 bytes");
  EXPECT_LT(endless.given(), 2 * kLineBytesMost);
}

TEST(Chrome, HasATrackPerActorAndPairsItsSlices) {
  std::ostringstream stream;
  ChromeWriter writer(stream, SampleHeader());
  Event sleep = MakeEvent(1000, EventKind::kShallowSleep, {{Arg::kDurationNs, 20}});
  Event wake = MakeEvent(2000, EventKind::kShallowWake, {{Arg::kInterrupted, 0}});
  Event begin = MakeEvent(3000, EventKind::kOpBegin, {{Arg::kOp, 0}, {Arg::kIndex, 0}});
  Event ready = MakeEvent(4000, EventKind::kDescriptorReady, {{Arg::kDescriptor, 0}});
  sleep.m = wake.m = 7;
  begin.g = 2;
  for (const Event& event : {sleep, wake, begin, ready}) writer.Write(event);
  writer.Close();

  const nlohmann::json json = nlohmann::json::parse(stream.str());
  std::map<std::string, int> phases;
  std::set<std::string> tracks;
  for (const auto& event : json["traceEvents"]) {
    ++phases[event["ph"]];
    if (event.value("name", "") == "thread_name") tracks.insert(event["args"]["name"]);
  }
  EXPECT_EQ(tracks, (std::set<std::string>{"m7", "g2", "harness 0"}));
  EXPECT_EQ(phases["B"], 2);
  EXPECT_EQ(phases["E"], 1);
  EXPECT_EQ(phases["i"], 1);
}

}  // namespace
}  // namespace proctor
