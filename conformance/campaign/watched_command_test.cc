#include "conformance/campaign/watched_command.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conformance/campaign/listener.h"
#include "conformance/process/stop_request.h"

namespace proctor {
namespace {

constexpr int64_t kLongMs = 60'000;

class StoppableListener : public Listener {
 public:
  const StopRequest* stop() const override { return &request; }
  StopRequest request;
};

std::unique_ptr<WatchedCommand> StartShell(const std::string& script) {
  std::string error;
  std::unique_ptr<WatchedCommand> command = WatchedCommand::Start({"/bin/sh", "-c", script}, error);
  EXPECT_NE(command, nullptr) << error;
  return command;
}

TEST(WatchedCommand, ThatEndsByItselfHasItsStatusAndNothingIsSaid) {
  Listener nobody;
  const std::unique_ptr<WatchedCommand> command = StartShell("exit 7");
  command->Release();
  WaitWhileObserving(command->pidfd(), kLongMs, nobody);
  EXPECT_EQ(command->End(false), "");
  EXPECT_EQ(command->status(), 7);
  EXPECT_EQ(command->start_error(), "");
}

// A daemon has time to put its things in order.
TEST(WatchedCommand, ThatLeavesOthersRunningHasThemEndedAndThatIsSaid) {
  Listener nobody;
  const std::string told = testing::TempDir() + "/told";
  std::remove(told.c_str());
  const std::unique_ptr<WatchedCommand> command =
      StartShell("setsid sh -c \"trap 'echo x > " + told + "; exit' TERM; echo ready > " + told +
                 ".ready; while :; do sleep 0.01; done\" & while [ ! -e " + told +
                 ".ready ]; do sleep 0.01; done; exit 3");
  command->Release();
  WaitWhileObserving(command->pidfd(), kLongMs, nobody);
  EXPECT_EQ(command->End(false),
            "the command has ended; what it left running was ended by SIGTERM");
  EXPECT_EQ(command->status(), 3);
  EXPECT_TRUE(std::ifstream(told)) << "it was not told to end";
}

TEST(WatchedCommand, ThatOutlivesItsTimeIsEndedAndThatIsSaid) {
  Listener nobody;
  const std::unique_ptr<WatchedCommand> command = StartShell("while :; do sleep 60; done");
  command->Release();
  WaitWhileObserving(command->pidfd(), 1, nobody);
  EXPECT_EQ(command->End(false), "the command was ended by SIGTERM after the time of --for");
  EXPECT_EQ(command->status(), std::nullopt);
}

TEST(WatchedCommand, IsNotWaitedForOnceTheUserHasAskedToStop) {
  StoppableListener user;
  user.request.Make();
  const std::unique_ptr<WatchedCommand> command = StartShell("while :; do sleep 60; done");
  command->Release();
  WaitWhileObserving(command->pidfd(), kLongMs, user);
  EXPECT_EQ(command->End(user.Stopped()),
            "the command was ended by SIGTERM when this was interrupted");
  EXPECT_EQ(command->status(), std::nullopt);
}

TEST(WatchedCommand, ThatIsNoProgramSaysSo) {
  std::string error;
  EXPECT_EQ(WatchedCommand::Start({"no-such-program"}, error), nullptr);
  EXPECT_NE(error.find("no-such-program"), std::string::npos) << error;
}

}  // namespace
}  // namespace proctor
