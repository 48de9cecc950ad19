// Lint against the adapter for CPython with one fault at a time, and without any.

#include "conformance/campaign/lint.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>
#include <utility>
#include <vector>

#include "conformance/json/json.h"

namespace proctor {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolder = "conformance/implementations/cpython/";
constexpr const char* kPython = "/usr/bin/python3";
constexpr int64_t kDeadlineMs = 15'000;

std::string Contents(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  EXPECT_TRUE(stream) << path;
  return text.str();
}

struct AdapterFault {
  std::string name;
  std::string about;
  std::vector<std::pair<std::string, std::string>> replacements;  // of a text by another
  std::string says;  // part of the first fault that lint names
};

// In the place of its bytes.
void PrintTo(const AdapterFault& fault, std::ostream* stream) { *stream << fault.about; }

std::vector<AdapterFault> ReadFaults() {
  std::string error;
  const auto faults = ReadJson<std::vector<AdapterFault>>(
      Contents(std::string(kFolder) + "adapter_faults.json"), {.what = "faults"}, error,
      [](JsonObject& object) {
        object.Schema("proctor-adapter-faults/1");
        EXPECT_EQ(object.Text("adapter"), "adapter.py");
        std::vector<AdapterFault> read;
        object.ForObjects("faults", [&](JsonObject& fault) {
          AdapterFault one{.name = fault.Text("name"),
                           .about = fault.Text("about"),
                           .replacements = {},
                           .says = fault.Text("says")};
          const auto replace = [&](JsonObject& by) {
            one.replacements.emplace_back(by.Text("old"), by.Text("new"));
          };
          replace(fault);
          if (fault.Has("also")) fault.ForObjects("also", replace);
          read.push_back(one);
        });
        return read;
      });
  EXPECT_TRUE(faults) << error;
  return faults.value_or(std::vector<AdapterFault>());
}

LintResult LintText(const std::string& name, const std::string& text) {
  const std::string path = fs::path(testing::TempDir()) / (name + ".py");
  std::ofstream(path, std::ios::binary) << text;
  Listener listener;
  return Lint({.implementation = {.name = "cpython", .argv = {kPython, "-E", path}},
               .deadline_ms = kDeadlineMs},
              listener);
}

TEST(Lint, ARightAdapterHasNoFault) {
  const LintResult result = LintText("right", Contents(std::string(kFolder) + "adapter.py"));
  EXPECT_EQ(result.faults, std::vector<std::string>());
  EXPECT_TRUE(result.is_complete);
  ASSERT_TRUE(result.handshake);
  EXPECT_EQ(result.handshake->name, "cpython");
  // The handshake, the conversation, each operation, each tunable.
  EXPECT_EQ(result.runs, 2 + static_cast<int32_t>(result.handshake->operations.size() +
                                                  result.handshake->settable.size()));
}

TEST(Lint, KnowsFortyFaultsAtLeast) { EXPECT_GE(ReadFaults().size(), 40u); }

class LintNames : public testing::TestWithParam<AdapterFault> {};

TEST_P(LintNames, TheFaultFirst) {
  const AdapterFault& fault = GetParam();
  std::string text = Contents(std::string(kFolder) + "adapter.py");
  for (const auto& [old_text, new_text] : fault.replacements) {
    const size_t at = text.find(old_text);
    ASSERT_NE(at, std::string::npos) << "does not apply: " << old_text;
    ASSERT_EQ(text.find(old_text, at + 1), std::string::npos) << "applies twice: " << old_text;
    text.replace(at, old_text.size(), new_text);
  }
  const LintResult result = LintText(fault.name, text);
  ASSERT_FALSE(result.faults.empty()) << fault.about;
  EXPECT_NE(result.faults[0].find(fault.says), std::string::npos)
      << fault.about << "\n  named as: " << result.faults[0];
  EXPECT_FALSE(result.is_complete);
}

INSTANTIATE_TEST_SUITE_P(Cpython, LintNames, testing::ValuesIn(ReadFaults()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace proctor
