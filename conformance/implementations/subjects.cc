#include "conformance/implementations/subjects.h"

#include "conformance/implementations/reference/reference.h"
#include "conformance/port/port.h"

namespace proctor {

std::optional<Subject> FindSubject(std::string_view name) {
  for (const proctor_implementation* implementation :
       {&ReferenceImplementation(), proctor_implementation_under_test()}) {
    if (name == implementation->name) return Subject{.name = implementation->name, .implementation = implementation};
  }
  return std::nullopt;
}

}  // namespace proctor
