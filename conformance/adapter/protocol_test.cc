#include "conformance/adapter/protocol.h"

#include <gtest/gtest.h>

namespace proctor {
namespace {

std::string WhyNot(std::string_view handshake) {
  std::string error;
  EXPECT_FALSE(ParseHandshake(handshake, error)) << handshake;
  return error;
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
  for (const char* wrong : {"1", "{}", R"({"thread":1})", R"({"thread":""})", R"({"name":"x"})"}) {
    EXPECT_EQ(WhyNot(begin + ",\"monitor\":" + wrong + "}"),
              R"('monitor' must be null or {"thread": NAME})")
        << wrong;
  }
}

TEST(Protocol, ReadsWhatATraceTells) {
  const std::string begin =
      R"({"schema":"proctor-adapter/1","name":"x","version":"1","operations":[],"settable":[])";
  std::string error;
  const auto handshake = ParseHandshake(begin + R"(,"emits":["lock","hand_off"]})", error);
  ASSERT_TRUE(handshake) << error;
  EXPECT_EQ(handshake->emits.count(), 2u);
  EXPECT_TRUE(handshake->emits[static_cast<size_t>(EventKind::kHandOff)]);
  EXPECT_EQ(WhyNot(begin + R"(,"emits":"lock"})"), "its handshake lacks the array 'emits'");
  EXPECT_EQ(WhyNot(begin + R"(,"emits":["party"]})"), "unknown kind of event 'party' in 'emits'");
  EXPECT_EQ(WhyNot(begin + R"(,"emits":["op_begin"]})"), "'op_begin' in 'emits' is a stamp");
}

TEST(Protocol, SaysWhatAHandshakeLacks) {
  EXPECT_EQ(WhyNot("hello\x01"), "its handshake is not a JSON object: hello?");
  EXPECT_EQ(WhyNot("[]"), "its handshake is not a JSON object: []");
  EXPECT_EQ(WhyNot("{}"), "its handshake lacks the string 'schema'");
  EXPECT_EQ(WhyNot(R"({"schema":"proctor-adapter/2"})"),
            "it speaks 'proctor-adapter/2', the harness 'proctor-adapter/1'");
  const std::string begin = R"({"schema":"proctor-adapter/1","name":"x","version":"1")";
  EXPECT_EQ(WhyNot(begin + "}"), "its handshake lacks the array 'operations'");
  EXPECT_EQ(WhyNot(begin + R"(,"operations":[1]})"), "'operations' must hold strings");
  EXPECT_EQ(WhyNot(begin + R"(,"operations":[],"settable":[],"in_force":{"colour":1}})"),
            "unknown tunable 'colour' in 'in_force'");
  EXPECT_EQ(WhyNot(begin + R"(,"operations":[],"settable":[],"in_force":{"procs":"two"}})"),
            "tunable 'procs' must be an integer");
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
  EXPECT_FALSE(ParseReply(R"({"done":7})", error));
  EXPECT_EQ(error, R"(not a JSON object: {"done":7})");
  EXPECT_FALSE(ParseReply(R"({"done":{"in_force":[]}})", error));
  EXPECT_EQ(error, "'in_force' must be an object");
  EXPECT_FALSE(ParseReply(R"({"t":9,"e":"party"})", error));
  EXPECT_EQ(error.find('\n'), std::string::npos);
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
  EXPECT_EQ(FindUnsupported(handshake, scenario), "x 1 cannot set gc_percent");
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
