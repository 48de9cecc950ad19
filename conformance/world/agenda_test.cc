#include "conformance/world/agenda.h"

#include <gtest/gtest.h>

#include <vector>

namespace proctor {
namespace {

std::vector<int32_t> Drained(Agenda& agenda) {
  std::vector<int32_t> who;
  while (!agenda.empty()) who.push_back(agenda.Pop().who);
  return who;
}

TEST(Agenda, EqualTimesComeInTheOrderOfEntry) {
  Agenda agenda;
  agenda.Add(20, 1, 0);
  agenda.Add(10, 2, 0);
  agenda.Add(20, 3, 0);
  agenda.Add(10, 4, 0);
  EXPECT_EQ(agenda.first().time_ns, 10);
  EXPECT_EQ(Drained(agenda), (std::vector<int32_t>{2, 4, 1, 3}));
}

// What has been called off is swept out before it is the most, and only then.
TEST(Agenda, SweepsOutWhatIsCalledOff) {
  Agenda agenda;
  int64_t looks = 0;
  const auto odd = [&](const Appointment& appointment) {
    ++looks;
    return appointment.who % 2 == 1;
  };
  for (int32_t i = 0; i < 200; ++i) agenda.Add(i, i, 0);
  for (int32_t i = 0; i < 99; ++i) agenda.NoteCalledOff(odd);
  EXPECT_EQ(looks, 0);
  agenda.NoteCalledOff(odd);
  EXPECT_EQ(looks, 200);
  const std::vector<int32_t> left = Drained(agenda);
  ASSERT_EQ(left.size(), 100u);
  for (size_t i = 0; i < left.size(); ++i) EXPECT_EQ(left[i], static_cast<int32_t>(2 * i));
}

}  // namespace
}  // namespace proctor
