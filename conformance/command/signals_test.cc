// The command asked to end by each signal that means it: what was gathered is judged and written,
// and nothing is left.

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "conformance/command/command_testing.h"
#include "conformance/process/process.h"

namespace proctor {
namespace {

namespace fs = std::filesystem;

class EndedBy : public testing::TestWithParam<int> {
 protected:
  EndedBy() {
    fs::remove_all(scratch());
    fs::create_directories(scratch());
    fs::remove(begun());
  }

  static std::string scratch() { return fs::path(testing::TempDir()) / "scratch_of_signals"; }
  static std::string begun() { return fs::path(testing::TempDir()) / "begun"; }

  static std::string Script(const std::string& name, const std::string& text) {
    const std::string path = Write(name, "#!/bin/sh\n" + text + "\n");
    chmod(path.c_str(), 0700);
    return path;
  }

  // The command until `begun` is there, then the signal; its status.
  int Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "conformance/command/proctor");
    std::string error;
    auto process = Process::Spawn(
        {.argv = std::move(arguments), .set_env = {"TMPDIR=" + scratch()}, .capture_output = true},
        error);
    EXPECT_TRUE(process) << error;
    while (!fs::exists(begun()) && !process->Wait(MonotonicNowNs())) std::this_thread::yield();
    process->Signal(GetParam());
    const int status = process->Wait(MonotonicNowNs() + kTimeoutNs).value_or(-1);
    output_ = process->captured();
    return status;
  }

  std::string output_;
};

constexpr char kSilent[] =
    R"(echo '{"schema":"proctor-adapter/1","name":"silent","version":"1","operations":["spin","work",)"
    R"("block","calls","wait","sleep","yield","send","receive","spawn","allocate","collect","stamp"],)"
    R"("settable":["procs","gc_percent"]}' >&4; read line <&3; (setsid sleep 1000 &); touch )";

TEST_P(EndedBy, ACheckOfASilentAdapter) {
  const std::string adapter = Script("silent", kSilent + begun() + "; exec sleep 1000");
  const std::string folder = Folder("silent_out");
  EXPECT_EQ(Run({"check", adapter, "--clauses", "SYS-4,POLL-7", "--out", folder}), 2) << output_;
  std::map<std::string, std::string> verdicts = VerdictsOf(ResultsOf(folder));
  EXPECT_EQ(verdicts["SYS-4.X"], "inconclusive");
  EXPECT_EQ(verdicts["POLL-7.X"], "inconclusive");
  EXPECT_NE(output_.find("interrupted"), std::string::npos) << output_;
}

TEST_P(EndedBy, ABuildThatHangs) {
  const std::string tool =
      Script("hanging_go",
             "touch $GOTMPDIR/go-build1; (setsid sleep 1000 &); touch " + begun() + "; sleep 1000");
  EXPECT_EQ(Run({"check", "go=" + tool, "--clauses", "SYS-4"}), 3) << output_;
  EXPECT_NE(output_.find("interrupted while"), std::string::npos) << output_;
  EXPECT_TRUE(fs::is_empty(scratch()));
}

TEST_P(EndedBy, AnObservationOfACommand) {
  const std::string program = "conformance/observer/workload_go";
  if (std::ifstream(program, std::ios::binary).peek() == EOF) {
    GTEST_SKIP() << "no go toolchain on this machine";
  }
  const std::string script =
      "(setsid sleep 1000 &); (sleep 1; touch " + begun() + ")& exec " + program + " 0 600000 spin";
  const std::string folder = Folder("signalled_out");
  const int status =
      Run({"observe", "--for", "600s", "--out", folder, "--", "/bin/sh", "-c", script});
  EXPECT_EQ(status, 0) << output_;
  EXPECT_EQ(VerdictsOf(ResultsOf(folder))["CAD-2.O"], "conforms") << output_;
  EXPECT_NE(output_.find("the command was ended by SIGTERM when this was interrupted"),
            std::string::npos)
      << output_;
}

INSTANTIATE_TEST_SUITE_P(Signals, EndedBy, testing::Values(SIGINT, SIGTERM, SIGHUP, SIGPIPE),
                         [](const auto& info) { return sigabbrev_np(info.param); });

TEST(Observe, AProgramWithoutARuntimeIsNotGraded) {
  const std::string folder = Folder("no_runtime");
  const CommandResult outcome = Proctor({"observe", "--for", "1s", "--out", folder, "--",
                                         "conformance/observer/fake_monitor", "forever", "0"});
  EXPECT_EQ(outcome.status, 3) << outcome.output;
  EXPECT_NE(outcome.output.find("no monitor: there is no Go runtime in process"), std::string::npos)
      << outcome.output;
  EXPECT_NE(outcome.output.find("wake-ups of the whole process"), std::string::npos);
  EXPECT_EQ(outcome.output.find("CAD-2"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder + "/results.json"));
  const CommandResult declared = Proctor({"observe", "--for", "1s", "--profile", "go1.20", "--",
                                          "conformance/observer/fake_monitor", "forever", "0"});
  EXPECT_NE(declared.output.find("by --profile go1.20"), std::string::npos) << declared.output;
  EXPECT_NE(declared.output.find("CAD-2"), std::string::npos) << declared.output;
}

}  // namespace
}  // namespace proctor
