// Every effect of the port has an owner: a clause that is judged in virtual time, in some profile,
// and whose judge looks at the events that the effect makes.

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

#include "conformance/judge/panel.h"

namespace proctor {
namespace {

using enum ClauseId;

enum Use { kRead, kEffect };
constexpr std::nullopt_t kNoClause = std::nullopt;

struct PortCall {
  const char* name;
  Use use;
  std::optional<ClauseId> owner;
};
constexpr PortCall kCalls[] = {
#define CALL(name, result, parameters, arguments, use, owner) {#name, use, owner},
#include "conformance/port/calls.def"
#undef CALL
};

Verdict BeforeAnything(ClauseId clause, Profile profile) {
  Header header;
  header.tiers = kV;
  header.profile = profile;
  header.emits.set();
  for (const Ruling& ruling : Panel(header).Close()) {
    if (ruling.clause == clause) return ruling.verdict;
  }
  return Verdict::kUnsupported;
}

TEST(Owners, EveryEffectHasOne) {
  for (const PortCall& call : kCalls) {
    SCOPED_TRACE(call.name);
    if (call.use == kRead) {
      EXPECT_FALSE(call.owner) << "what is only read is free";
      continue;
    }
    ASSERT_TRUE(call.owner) << "whose effect is it?";
    EXPECT_NE(GetClause(*call.owner).tiers & kV, 0);
    EXPECT_TRUE(std::ranges::any_of(kProfiles,
                                    [&](Profile profile) {
                                      return BeforeAnything(*call.owner, profile) ==
                                             Verdict::kNotExercised;
                                    }))
        << ClauseName(*call.owner) << " is judged in no profile";
  }
  EXPECT_GT(std::ranges::count(kCalls, kEffect, &PortCall::use), 20);
}

// Where a profile lacks the clause that owns an effect, CYC-6 forbids it.
TEST(Owners, AnEffectOfAnotherProfileBelongsToCyc6) {
  for (Profile profile : kProfiles) {
    EXPECT_EQ(BeforeAnything(kCYC_6, profile), Verdict::kNotExercised) << ProfileName(profile);
  }
}

}  // namespace
}  // namespace proctor
