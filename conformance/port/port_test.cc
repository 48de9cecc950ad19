#include "conformance/port/port.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

namespace proctor {
namespace {

// Every function is there, and none is ever called.
proctor_host CompleteTable() {
  static const proctor_constants constants = {};
  static int self = 0;
  proctor_host host;
  std::memset(&host, 1, sizeof(host));
  host.version = PROCTOR_PORT_VERSION;
  host.size = sizeof(host);
  host.self = &self;
  host.constants = &constants;
  return host;
}

std::string FailureMessage(const proctor_host& host) {
  const char* error = "";
  return proctor_host_is_complete(&host, &error) == 1 ? "" : error;
}

TEST(Port, ACompleteTableIsComplete) { EXPECT_EQ(FailureMessage(CompleteTable()), ""); }

TEST(Port, NamesTheFunctionThatIsMissing) {
  proctor_host host = CompleteTable();
  host.hand_off = nullptr;
  EXPECT_EQ(FailureMessage(host), "the host's table lacks hand_off");
  host = CompleteTable();
  host.refresh_processors = nullptr;
  EXPECT_EQ(FailureMessage(host), "the host's table lacks refresh_processors");
}

TEST(Port, RefusesAnotherVersionAndAShorterTable) {
  proctor_host host = CompleteTable();
  ++host.version;
  EXPECT_EQ(FailureMessage(host), "the host has another port version");
  host = CompleteTable();
  --host.size;
  EXPECT_EQ(FailureMessage(host), "the host's table is shorter than the header's");
  EXPECT_EQ(proctor_host_is_complete(nullptr, nullptr), 0);
}

TEST(Port, CallsThroughTheTable) {
  struct Calls {
    std::vector<std::string> made;
  } calls;
  proctor_host host = CompleteTable();
  host.self = &calls;
  host.lock = [](void* self, int32_t lock) {
    static_cast<Calls*>(self)->made.push_back("lock " + std::to_string(lock));
  };
  host.unlock = [](void* self, int32_t lock) {
    static_cast<Calls*>(self)->made.push_back("unlock " + std::to_string(lock));
  };
  host.now_ns = [](void*) -> int64_t { return 7; };
  const Port port(&host);
  {
    const PortLock lock(port, PROCTOR_LOCK_ALL_P);
    EXPECT_EQ(port(&proctor_host::now_ns), 7);
  }
  EXPECT_EQ(calls.made, (std::vector<std::string>{"lock 5", "unlock 5"}));
}

}  // namespace
}  // namespace proctor
