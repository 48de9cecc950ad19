// What puts a clause to the test, for the message of one that was not: what never came.
//
// Thread safety: pure functions.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_NEVER_CAME_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_NEVER_CAME_H_

#include <string>
#include <string_view>

#include "conformance/contract/contract.h"

namespace proctor {

// "a P that was taken from a system call, and the sleeps after it". Never empty.
std::string_view WhatTests(ClauseId clause);

// It speaks of what a right monitor is allowed to do and need not.
bool MayNeverCome(ClauseId clause);

// "what puts it to the test never came: ..."
std::string WhyNotExercised(ClauseId clause);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_NEVER_CAME_H_
