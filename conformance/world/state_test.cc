#include "conformance/world/state.h"

#include <gtest/gtest.h>

namespace proctor {
namespace {

// Through every place of the ring, and while it grows.
TEST(TaskQueue, KeepsItsOrder) {
  TaskQueue queue;
  int32_t in = 0;
  int32_t out = 0;
  for (int32_t round = 1; round <= 40; ++round) {
    for (int32_t i = 0; i < round; ++i) queue.Append(in++);
    for (int32_t i = 0; i < round / 2; ++i) ASSERT_EQ(queue.Pop(), out++);
    ASSERT_EQ(queue.size(), in - out);
  }
  while (!queue.empty()) ASSERT_EQ(queue.Pop(), out++);
  EXPECT_EQ(out, in);
}

}  // namespace
}  // namespace proctor
