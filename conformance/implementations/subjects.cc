#include "conformance/implementations/subjects.h"

#include "conformance/implementations/reference/reference.h"

namespace proctor {

std::optional<Subject> FindSubject(std::string_view name) {
  if (name == "reference") return Subject{.name = "reference", .implementation = &ReferenceImplementation()};
  return std::nullopt;
}

}  // namespace proctor
