#include "conformance/judge/stamps.h"

namespace proctor {

void AddStampJudges(const Header&, std::vector<std::unique_ptr<Judge>>&) {}

}  // namespace proctor
