// Names of implementations, and how adapters are built; the compilers are scripts.

#include "conformance/implementations/implementation.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

namespace proctor {
namespace {

namespace fs = std::filesystem;

// An environment variable for as long as the object lives.
class Setting {
 public:
  Setting(const char* name, const std::string& value) : name_(name) {
    const char* old = std::getenv(name);
    had_ = old != nullptr;
    if (had_) old_ = old;
    setenv(name, value.c_str(), 1);
  }
  ~Setting() {
    if (had_) {
      setenv(name_, old_.c_str(), 1);
    } else {
      unsetenv(name_);
    }
  }

 private:
  const char* name_;
  bool had_;
  std::string old_;
};

// What a compiler does in the end: its third argument is the program that is to be.
constexpr char kMakesProgram[] = "cp /bin/true \"$3\"";

class Names : public testing::Test {
 protected:
  Names()
      : folder_(fs::path(testing::TempDir()) /
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
    fs::create_directories(scratch());
  }
  ~Names() override { fs::remove_all(folder_); }

  std::string scratch() const { return folder_ / "scratch"; }

  std::string Script(const std::string& name, const std::string& text) {
    const fs::path path = folder_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << "#!/bin/sh\n" << text << "\n";
    chmod(path.c_str(), 0700);
    return path;
  }

  std::string Contents(const std::string& name) {
    std::ifstream file(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  BuildFailure FailureOf(const std::string& name) {
    BuildFailure failure{};
    EXPECT_FALSE(BuildImplementation(name, scratch(), failure, error_)) << name;
    EXPECT_EQ(error_.find('\n'), std::string::npos) << error_;
    return failure;
  }

  std::optional<Implementation> Built(const std::string& name) {
    BuildFailure failure{};
    return BuildImplementation(name, scratch(), failure, error_);
  }

  const fs::path folder_;
  std::string error_;
};

TEST_F(Names, AnUnknownOneIsSaidToBeUnknown) {
  EXPECT_EQ(FailureOf("cobol"), BuildFailure::kUnknownName);
  EXPECT_EQ(error_.substr(0, 29), "'cobol' is no implementation:");
  EXPECT_EQ(FailureOf("/nowhere/adapter"), BuildFailure::kUnknownName);
  EXPECT_EQ(FailureOf(folder_.string() + "/"), BuildFailure::kMissing) << "it is there";
}

TEST_F(Names, AMissingToolchainIsToldFromABrokenOne) {
  const Setting path("PATH", folder_ / "empty");
  EXPECT_EQ(FailureOf("go"), BuildFailure::kMissing);
  EXPECT_EQ(error_, "go is not on this machine: install golang-go (ci/setup does) or give go=PATH");
  EXPECT_EQ(FailureOf("gccgo"), BuildFailure::kMissing);
  EXPECT_EQ(FailureOf("go=/nowhere/go"), BuildFailure::kMissing);
  EXPECT_EQ(error_, "/nowhere/go: no such toolchain; give the path of an executable");
  EXPECT_EQ(FailureOf("go=" + folder_.string()), BuildFailure::kMissing);
}

TEST_F(Names, ABrokenToolchainIsQuotedInOneLine) {
  const std::string broken = Script("broken", "echo one; echo two >&2; exit 3");
  EXPECT_EQ(FailureOf("go=" + broken), BuildFailure::kBroken);
  EXPECT_EQ(error_, broken + " failed with status 3: one two");
  const std::string verbose = Script("verbose", "yes word | head -c 4000; exit 1");
  EXPECT_EQ(FailureOf("gccgo=" + verbose), BuildFailure::kBroken);
  EXPECT_LT(error_.size(), 1000u);
  EXPECT_TRUE(error_.ends_with("/build.log)")) << error_;
  EXPECT_EQ(Contents("scratch/build.log").size(), 4000u);
}

TEST_F(Names, AToolchainThatHangsIsGivenUpAndLeavesNothing) {
  const std::string left = folder_ / "left";
  const std::string hanging =
      Script("hanging", "touch $GOTMPDIR/go-build1 $TMPDIR/work; (setsid sleep 1000 &); touch " +
                            left + "; sleep 1000");
  BuildFailure failure{};
  EXPECT_FALSE(BuildImplementation("go=" + hanging, scratch(), failure, error_,
                                   {.within_ns = 1'000'000'000}));
  EXPECT_EQ(failure, BuildFailure::kNotInTime);
  EXPECT_EQ(error_, hanging + " did not build the adapter within 1 s");
  StopRequest stop;
  std::thread other([&] {
    fs::remove(left);
    while (!fs::exists(left)) std::this_thread::yield();
    stop.Make();
  });
  EXPECT_FALSE(
      BuildImplementation("gccgo=" + hanging, scratch(), failure, error_, {.stop = &stop}));
  other.join();
  EXPECT_EQ(failure, BuildFailure::kNotInTime);
  EXPECT_EQ(error_, "interrupted while " + hanging + " built the adapter");
  for (const auto& entry : fs::directory_iterator(scratch())) {
    EXPECT_EQ(entry.path().filename(), "adapter.go");
  }
}

TEST_F(Names, AWrapperIsOnlyEverCalledToBuild) {
  const std::string wrapper =
      Script("wrapper", "printf '%s\\n' \"$@\" > " + (folder_ / "calls").string() + "; env > " +
                            (folder_ / "env").string() + ";" + kMakesProgram);
  const Setting debug("GODEBUG", "asyncpreemptoff=1");
  const Setting gc("GOGC", "off");
  const Setting target("GOOS", "plan9");
  const auto built = Built("go=" + wrapper);
  ASSERT_TRUE(built) << error_;
  EXPECT_EQ(built->name, "go");
  EXPECT_EQ(built->argv, std::vector<std::string>{scratch() + "/adapter"});
  EXPECT_EQ(Contents("calls"),
            "build\n-o\n" + scratch() + "/adapter\n" + scratch() + "/adapter.go\n");
  const std::string env = "\n" + Contents("env");
  for (const char* absent : {"\nGODEBUG=", "\nGOGC=", "\nGOOS="}) {
    EXPECT_EQ(env.find(absent), std::string::npos) << absent;
  }
  EXPECT_NE(env.find("\nGO111MODULE=off\n"), std::string::npos);
}

TEST_F(Names, GccgoIsCalledAsACompiler) {
  const std::string compiler =
      Script("compiler", "[ $1 != build ] || exit 1; printf '%s\\n' \"$@\" > " +
                             (folder_ / "calls").string() + ";" + kMakesProgram);
  const auto built = Built("gccgo=" + compiler);
  ASSERT_TRUE(built) << error_;
  EXPECT_EQ(built->name, "gccgo");
  EXPECT_EQ(Contents("calls"),
            "-O2\n-o\n" + scratch() + "/adapter\n" + scratch() + "/adapter.go\n");
  EXPECT_NE(built->expectations.find("proctor-expectations"), std::string::npos);
}

TEST_F(Names, AGccgoThatIsAGoCommandIsCalledToBuild) {
  const std::string command =
      Script("command", "[ \"$1\" = build ] || exit 2; cp /bin/true \"$5\"");
  EXPECT_TRUE(Built("gccgo=" + command)) << error_;
  const std::string neither = Script("neither", "echo no; exit 2");
  EXPECT_EQ(FailureOf("gccgo=" + neither), BuildFailure::kBroken);
  EXPECT_EQ(error_, neither + " failed with status 2: no");
}

TEST_F(Names, AToolchainThatBuildsNothingIsNone) {
  EXPECT_EQ(FailureOf("go=/bin/true"), BuildFailure::kBroken);
  EXPECT_EQ(error_, "/bin/true ended with status 0 and built nothing; is it a toolchain?");
}

TEST_F(Names, ABareNameIsLookedUpOnPath) {
  Script("bin/go1.99", kMakesProgram);
  fs::create_directories(folder_ / "first/go1.99");  // no program, whatever its mode
  const Setting path("PATH",
                     (folder_ / "first").string() + ":" + (folder_ / "bin").string() + ":/bin");
  EXPECT_TRUE(Built("go=go1.99")) << error_;
  EXPECT_EQ(FailureOf("go=go1.98"), BuildFailure::kMissing);
}

TEST_F(Names, TheUsersCacheIsUsedWhereItCanBe) {
  const std::string wrapper = Script(
      "wrapper", "echo \"$GOCACHE\" > " + (folder_ / "cache").string() + ";" + kMakesProgram);
  {
    const Setting cache("GOCACHE", folder_ / "cache_of_the_user");
    ASSERT_TRUE(Built("go=" + wrapper)) << error_;
    EXPECT_EQ(Contents("cache"), (folder_ / "cache_of_the_user").string() + "\n");
  }
  const Setting cache("GOCACHE", wrapper + "/is_no_folder");
  ASSERT_TRUE(Built("go=" + wrapper)) << error_;
  const std::string used = Contents("cache");
  EXPECT_EQ(used.find(scratch() + "/proctor-"), 0u) << used;
  EXPECT_TRUE(used.ends_with("/gocache\n")) << used;
  EXPECT_FALSE(fs::exists(used.substr(0, used.size() - 1))) << "it was for this build only";
}

TEST_F(Names, APathIsAnAdapter) {
  const std::string adapter = Script("my_adapter", "exit 0");
  const auto built = Built(adapter);
  ASSERT_TRUE(built) << error_;
  EXPECT_EQ(built->name, "my_adapter");
  EXPECT_EQ(built->argv, std::vector<std::string>{adapter});
  EXPECT_EQ(built->expectations, "");
}

TEST_F(Names, ThoseOfTheMachineAreListed) {
  Script("bin/go", "exit 0");
  Script("bin/gccgo-9", "exit 0");
  Script("bin/gccgo-12", "exit 0");
  const Setting path("PATH", folder_ / "bin");
  const std::vector<FoundImplementation> found = FindImplementations();
  const auto about = [&](const std::string& name) {
    const auto at = std::ranges::find(found, name, &FoundImplementation::name);
    return at == found.end() ? "not listed" : at->about;
  };
  EXPECT_EQ(about("go"), (folder_ / "bin/go").string());
  EXPECT_EQ(about("gccgo"), (folder_ / "bin/gccgo-12").string());
  const Setting none("PATH", folder_ / "empty");
  const auto missing = FindImplementations();
  EXPECT_EQ(std::ranges::find(missing, "go", &FoundImplementation::name)->about,
            "missing: not on PATH");
  EXPECT_EQ(missing.front().name, "reference");
  EXPECT_EQ(missing.front().about, "the reference runtime");
}

TEST(Environment, HoldsWhatARuntimeReadsOnlyAtItsStart) {
  const Setting debug("GODEBUG", "madvdontneed=1");
  Scenario scenario;
  scenario.tunables = {{"asynchronous_preemption", 0}, {"sched_trace_ms", 70}, {"procs", 2}};
  EXPECT_EQ(EnvironmentFor({.name = "go"}, scenario),
            std::vector<std::string>{"GODEBUG=madvdontneed=1,asyncpreemptoff=1,schedtrace=70"});
  EXPECT_EQ(EnvironmentFor({.name = "my_adapter"}, scenario), std::vector<std::string>());
  scenario.tunables = {{"procs", 2}};
  EXPECT_EQ(EnvironmentFor({.name = "go"}, scenario), std::vector<std::string>());
}

}  // namespace
}  // namespace proctor
