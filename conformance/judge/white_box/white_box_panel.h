// The white-box judges of one tier, and the state that they share, as one judge.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_WHITE_BOX_PANEL_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_WHITE_BOX_PANEL_H_

#include <memory>
#include <span>

#include "conformance/judge/judge.h"

namespace proctor::white_box {

// For evidence with this header, which belongs to the tier; nullptr: it shows no white box.
// `filter`: each judge is shown only what it asks for.
std::unique_ptr<Judge> MakeWhiteBoxPanel(Tier tier, const Header& header, bool filter,
                                         std::span<const ClauseId> wanted);

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_WHITE_BOX_PANEL_H_
