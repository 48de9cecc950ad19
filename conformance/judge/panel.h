// A panel: all the judges that evidence with a given header needs, as one.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_PANEL_H_
#define PROCTOR_CONFORMANCE_JUDGE_PANEL_H_

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "conformance/judge/judge.h"

namespace proctor {

// Feeds evidence to the judges made for its header and gathers one ruling per clause and tier of
// the header's profile and tiers; what no judge can decide from it is kNotObservable, and what the
// header declares absent is kUnsupported.
class Panel {
 public:
  // `filter`: each judge is shown only the kinds that it asks for. `wanted`: there is no ruling on
  // other clauses, and white-box judges of others alone see nothing; empty: all.
  explicit Panel(const Header& header, bool filter = true, std::span<const ClauseId> wanted = {});
  void Observe(const Event& event) {
    for (Judge* judge : by_kind_[static_cast<size_t>(event.kind)]) judge->Observe(event);
  }
  std::vector<Ruling> Close();

 private:
  Header header_;
  std::vector<ClauseId> wanted_;
  std::vector<std::unique_ptr<Judge>> judges_;
  std::array<std::vector<Judge*>, kEventKinds> by_kind_;  // in the order of judges_
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_PANEL_H_
