// Lint: whether an adapter can be believed. It judges no runtime: small scenarios, one for each
// operation and each tunable that the adapter declares, are only held against what it stamps.
//
// What must be put right is said in the order in which to do so: the handshake, then a whole
// conversation, then operation by operation, tunable by tunable, and the report of a deadlock. The
// first of these parts that has a fault is the last one that is looked at, for the others may
// follow from it.
//
// Errors: one line each. Thread safety: one at a time.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_LINT_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_LINT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conformance/adapter/protocol.h"
#include "conformance/campaign/listener.h"
#include "conformance/implementations/implementation.h"

namespace proctor {

struct LintOptions {
  Implementation implementation;
  // How long a handshake or a small scenario may take.
  int64_t deadline_ms = 10'000;
};

struct LintResult {
  std::optional<Handshake> handshake;  // nullopt: it was not understood
  std::vector<std::string> faults;     // "operation send: ..."; empty: none was found
  int32_t runs = 0;                    // processes that were started
  bool is_complete = false;            // all parts were looked at
};

LintResult Lint(const LintOptions& options, Listener& listener);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_LINT_H_
