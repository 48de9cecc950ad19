#include "conformance/adapter/protocol.h"

#include <gtest/gtest.h>

namespace proctor {
namespace {

std::string WhyNot(std::string_view handshake) {
  std::string error;
  EXPECT_FALSE(ParseHandshake(handshake, error)) << handshake;
  return error.substr(0, error.find(" in its line: "));
}

TEST(Protocol, ReadsAHandshake) {
  std::string error;
  const auto handshake = ParseHandshake(
      R"({"schema":"proctor-adapter/1","name":"go","version":"go1.20","operations":["spin","block"],)"
      R"("settable":["procs"],"in_force":{"procs":4,"gc_percent":-1}})",
      error);
  ASSERT_TRUE(handshake) << error;
  EXPECT_EQ(handshake->name, "go");
  EXPECT_EQ(handshake->version, "go1.20");
  EXPECT_EQ(handshake->operations, (std::set<std::string>{"block", "spin"}));
  EXPECT_EQ(handshake->settable, std::set<std::string>{"procs"});
  EXPECT_EQ(handshake->in_force.procs, 4);
  EXPECT_EQ(handshake->in_force.gc_percent, -1);
  EXPECT_EQ(handshake->in_force.slice_ns, Tunables().slice_ns);
  EXPECT_TRUE(handshake->emits.none());
}

TEST(Protocol, ReadsWhatAMonitorIs) {
  const std::string begin =
      R"({"schema":"proctor-adapter/1","name":"x","version":"1","operations":[],"settable":[])";
  std::string error;
  const auto silent = ParseHandshake(begin + "}", error);
  ASSERT_TRUE(silent) << error;
  EXPECT_TRUE(silent->has_monitor);
  EXPECT_EQ(silent->monitor_thread, "");
  const auto none = ParseHandshake(begin + R"(,"monitor":null})", error);
  ASSERT_TRUE(none) << error;
  EXPECT_FALSE(none->has_monitor);
  const auto named = ParseHandshake(begin + R"(,"monitor":{"thread":"sysmon"}})", error);
  ASSERT_TRUE(named) << error;
  EXPECT_EQ(named->monitor_thread, "sysmon");
  const auto wrong = [&](const std::string& monitor) {
    return WhyNot(begin + ",\"monitor\":" + monitor + "}");
  };
  const auto cadence =
      ParseHandshake(begin + R"(,"monitor":{"cadence":{"sleep_ns":5000}}})", error);
  ASSERT_TRUE(cadence) << error;
  EXPECT_TRUE(cadence->has_monitor);
  EXPECT_EQ(cadence->monitor_sleep_ns, 5000);
  EXPECT_EQ(silent->monitor_sleep_ns, 20'000);
  EXPECT_EQ(wrong("1"),
            R"(handshake: monitor must be null, {"thread": NAME} or {"cadence": {"sleep_ns": N}})");
  EXPECT_EQ(wrong(R"({"cadence":{"sleep_ns":0}})"),
            "monitor.cadence: sleep_ns must be 1 to 10000000000");
  EXPECT_EQ(wrong(R"({"thread":"m","cadence":{"sleep_ns":1}})"),
            "monitor: cadence stands beside thread: give one of them");
  EXPECT_EQ(wrong("{}"), "monitor: missing member 'thread'");
  EXPECT_EQ(wrong(R"({"thread":1})"), "monitor: thread must be a string");
  EXPECT_EQ(wrong(R"({"thread":""})"), "monitor: thread must not be empty");
}

TEST(Protocol, ReadsWhatIsPromisedAndWhatIsNot) {
  const std::string begin =
      R"({"schema":"proctor-adapter/1","name":"x","version":"1","operations":[],"settable":[])";
  std::string error;
  const auto silent = ParseHandshake(begin + "}", error);
  ASSERT_TRUE(silent) << error;
  EXPECT_EQ(silent->promises, Promises());
  const auto modest =
      ParseHandshake(begin + R"(,"preemption":"safepoint","reports_deadlock":false,)"
                             R"("blocking":"untold","state_map":"maps/x.json",)"
                             R"("environment":["X_DEBUG"]})",
                     error);
  ASSERT_TRUE(modest) << error;
  EXPECT_EQ(modest->promises, (Promises{.preemption = PreemptionKind::kSafepoint,
                                        .reports_deadlock = false,
                                        .blocking = BlockingKind::kUntold}));
  EXPECT_EQ(modest->state_map, "maps/x.json");
  EXPECT_EQ(modest->environment, std::vector<std::string>{"X_DEBUG"});
  EXPECT_TRUE(modest->ignored.empty());
  EXPECT_EQ(WhyNot(begin + R"(,"preemption":"maybe"})"),
            "handshake: preemption unknown value 'maybe'");
  EXPECT_EQ(WhyNot(begin + R"(,"environment":["A=B"]})"),
            "handshake: environment 'A=B' is no name");
}

TEST(Protocol, WhatIsInForceNeedNotBeSettable) {
  Handshake handshake{.name = "x", .version = "1", .operations = {"yield"}};
  handshake.in_force.procs = 1;
  Scenario scenario{.tasks = {{.ops = {{.op = Op::kYield}}}}};
  scenario.tunables = {{"procs", 1}, {"slice_ns", 10'000'000}};
  EXPECT_EQ(FindUnsupported(handshake, scenario), "");
  scenario.tunables["procs"] = 2;
  EXPECT_EQ(FindUnsupported(handshake, scenario), "x 1 cannot set procs: it is 1");
}

TEST(Protocol, WhatWasInForceIsWhatWasAsked) {
  Scenario scenario;
  scenario.tunables = {{"procs", 1}};
  Tunables in_force;
  in_force.procs = 7;
  EXPECT_EQ(FindNotInForce(scenario, in_force),
            "procs 1 was asked for, and by the adapter's `done` 7 was in force");
  scenario.tunables = {{"procs", 0}};
  EXPECT_EQ(FindNotInForce(scenario, in_force), "") << "the runtime's own choice";
  EXPECT_EQ(FindNotInForce({}, in_force), "");
  EXPECT_EQ(FindWrongEnd({}, Stamps::kAll, {}), "");
  EXPECT_EQ(FindWrongEnd({}, Stamps::kNone, {}),
            "`done` lacks gathered, which stands for the stamps left out");
}

TEST(Protocol, ReadsWhatATraceTells) {
  const std::string begin =
      R"({"schema":"proctor-adapter/1","name":"x","version":"1","operations":[],"settable":[])";
  std::string error;
  const auto handshake = ParseHandshake(begin + R"(,"emits":["lock","hand_off"]})", error);
  ASSERT_TRUE(handshake) << error;
  EXPECT_EQ(handshake->emits.count(), 2u);
  EXPECT_TRUE(handshake->emits[static_cast<size_t>(EventKind::kHandOff)]);
  EXPECT_EQ(WhyNot(begin + R"(,"emits":"lock"})"), "handshake: emits must be an array");
  EXPECT_EQ(WhyNot(begin + R"(,"emits":["party"]})"),
            "handshake: emits unknown kind of event 'party'");
  EXPECT_EQ(WhyNot(begin + R"(,"emits":["op_begin"]})"), "handshake: emits 'op_begin' is a stamp");
}

TEST(Protocol, SaysWhatAHandshakeLacks) {
  EXPECT_EQ(WhyNot("hello\x01"), "handshake: not JSON from line 1, column 1 on");
  EXPECT_EQ(WhyNot("[]"), "handshake: must be an object");
  EXPECT_EQ(WhyNot("{}"), "handshake: missing member 'schema'");
  EXPECT_EQ(WhyNot(R"({"schema":"proctor-adapter/9"})"),
            "handshake: schema 'proctor-adapter/9' is not 'proctor-adapter/2' or "
            "'proctor-adapter/1'");
  const std::string begin = R"({"schema":"proctor-adapter/1","name":"x","version":"1")";
  EXPECT_EQ(WhyNot(begin + "}"), "handshake: missing member 'operations'");
  EXPECT_EQ(WhyNot(begin + R"(,"operations":[1]})"), "handshake: operations must hold strings");
  EXPECT_EQ(WhyNot(begin + R"(,"operations":["spinn"]})"),
            "handshake: operations unknown operation 'spinn'");
  EXPECT_EQ(WhyNot(begin + R"(,"operations":[],"settable":["proc"]})"),
            "handshake: settable unknown tunable 'proc'");
  EXPECT_EQ(WhyNot(begin + R"(,"operations":[],"settable":[],"in_force":{"colour":1}})"),
            "handshake: in_force unknown tunable 'colour'");
  EXPECT_EQ(WhyNot(begin + R"(,"operations":[],"settable":[],"in_force":{"procs":"two"}})"),
            "in_force: procs must be an integer");
}

TEST(Protocol, TellsEventsFromTheEnd) {
  std::string error;
  const auto event = ParseReply(R"({"t":9,"e":"task_start","g":2})", error);
  ASSERT_TRUE(event) << error;
  EXPECT_EQ(std::get<Event>(*event).kind, EventKind::kTaskStart);
  EXPECT_EQ(std::get<Event>(*event).g, 2);
  const auto done = ParseReply(R"({"done":{"in_force":{"procs":7}}})", error);
  ASSERT_TRUE(done) << error;
  EXPECT_EQ(std::get<Done>(*done).in_force.procs, 7);
  EXPECT_TRUE(ParseReply(R"( { "done" : {"in_force": {"procs": 7}} } )", error)) << error;
  EXPECT_FALSE(ParseReply(R"({"done":7})", error));
  EXPECT_EQ(error, R"(done: must be an object in its line: {"done":7})");
  EXPECT_FALSE(ParseReply(R"({"done":{"in_force":[]}})", error));
  EXPECT_EQ(error, R"(done: in_force must be an object in its line: {"done":{"in_force":[]}})");
  EXPECT_FALSE(ParseReply(R"({"t":9,"e":"party"})", error));
  EXPECT_EQ(error.find('\n'), std::string::npos);
}

TEST(Protocol, WhatDoesNotFitIsRefused) {
  const std::string begin = R"({"schema":"proctor-adapter/1","version":"1","operations":[],)";
  const auto wrong = [&](const std::string& rest) { return WhyNot(begin + rest); };
  EXPECT_EQ(wrong(R"("settable":[],"name":"a","name":"b"})"),
            "handshake: member 'name' stands twice in one object");
  EXPECT_EQ(wrong(R"("settable":[],"name":"a","in_force":{"procs":18446744073709551615}})"),
            "handshake: the number 18446744073709551615 does not fit in 64 bits");
  EXPECT_EQ(wrong(R"("settable":[],"name":"a\u0000"})"),
            "handshake: a string holds a NUL character");
  EXPECT_EQ(wrong(R"("settable":[],"name":")" + std::string(257, 'x') + "\"}"),
            "handshake: name is longer than 256 bytes");
  EXPECT_EQ(wrong(R"("settable":)" + std::string(50'000, '[')),
            "handshake: nests deeper than 64 levels");
}

TEST(Protocol, WhatANewerAdapterSaysBesidesIsNamedAndIgnored) {
  std::string error;
  const auto handshake = ParseHandshake(
      R"({"schema":"proctor-adapter/1","name":"x","version":"1","operations":[],"settable":[],)"
      R"("colour":[1]})",
      error);
  ASSERT_TRUE(handshake) << error;
  EXPECT_EQ(handshake->ignored, std::set<std::string>{"handshake.colour"});
}

TEST(Protocol, NamesTheFirstThingThatIsUnsupported) {
  Handshake handshake{.name = "x", .version = "1", .operations = {"yield"}, .settable = {"procs"}};
  Scenario scenario;
  scenario.tasks = {{.ops = {{.op = Op::kYield}}}};
  scenario.tunables["procs"] = 1;
  EXPECT_EQ(FindUnsupported(handshake, scenario), "");
  scenario.tasks.push_back({.ops = {{.op = Op::kYield}, {.op = Op::kCollect}}});
  EXPECT_EQ(FindUnsupported(handshake, scenario), "x 1 has no operation collect");
  scenario.tunables["gc_percent"] = 50;
  EXPECT_EQ(FindUnsupported(handshake, scenario), "x 1 cannot set gc_percent: it is 100");
}

TEST(Protocol, WhatAnAdapterMakesIsInItsEvidence) {
  EXPECT_TRUE(AdapterMakes(EventKind::kOpBegin));
  EXPECT_FALSE(AdapterMakes(EventKind::kDescriptorReady));
  EXPECT_TRUE(AdapterEvidence()[static_cast<size_t>(EventKind::kOpBegin)]);
  EXPECT_TRUE(AdapterEvidence()[static_cast<size_t>(EventKind::kDescriptorReady)]);
  EXPECT_FALSE(AdapterEvidence()[static_cast<size_t>(EventKind::kShallowSleep)]);
}

}  // namespace
}  // namespace proctor
