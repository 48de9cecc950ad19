#include "conformance/command/subjects.h"

#include "conformance/implementations/reference/mutants/mutants.h"
#include "conformance/implementations/reference/reference.h"
#include "conformance/port/port.h"

namespace proctor {
namespace {

constexpr std::string_view kMutantPrefix = "mutant=";

}  // namespace

std::optional<Subject> FindSubject(std::string_view name) {
  for (const proctor_implementation* implementation :
       {&ReferenceImplementation(), proctor_implementation_under_test()}) {
    if (name == implementation->name)
      return Subject{.name = implementation->name, .implementation = implementation};
  }
  if (!name.starts_with(kMutantPrefix)) return std::nullopt;
  const Mutant* mutant = FindMutant(name.substr(kMutantPrefix.size()));
  if (mutant == nullptr) return std::nullopt;
  Subject subject = mutant->subject;
  subject.name = name;
  return subject;
}

}  // namespace proctor
