#include "conformance/implementations/reference/variants/variants.h"

#include "conformance/implementations/reference/variants/groups.h"

namespace proctor {

std::vector<const proctor_implementation*> AllVariants() {
  std::vector<const proctor_implementation*> all = {ClockWatcherVariant(), LightSleeperVariant(),
                                                    OtherOrderVariant(), CarefulTakerVariant()};
  for (const auto& group : {ReadingVariants(), DoingVariants()}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

}  // namespace proctor
