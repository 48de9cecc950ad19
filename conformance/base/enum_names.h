// Checks, when it is compiled, that a table of names is in the order of an enumeration.
//
//   enum class Colour { kRed, kDarkBlue };
//   constexpr std::string_view kColourNames[] = {"red", "dark_blue"};
//   static_assert(NamesAllOf<Colour>(kColourNames));
//
// Thread safety: everything here is constant.

#ifndef PROCTOR_CONFORMANCE_BASE_ENUM_NAMES_H_
#define PROCTOR_CONFORMANCE_BASE_ENUM_NAMES_H_

#include <cstddef>
#include <string_view>
#include <utility>

namespace proctor {

// As it is written, without its scope: "kDarkBlue"; empty where no enumerator has the value.
template <auto kValue>
consteval std::string_view EnumeratorOf() {
  // gcc: "... [with auto kValue = proctor::Colour::kRed; ...]", clang: "... [kValue = ...]".
  // A value without an enumerator is written as "(proctor::Colour)2".
  std::string_view name = __PRETTY_FUNCTION__;
  name.remove_prefix(name.find("kValue = ") + 9);
  name = name.substr(0, name.find_first_of(";]"));
  if (name.starts_with('(')) return {};
  return name.substr(name.rfind(':') + 1);
}

// Whether `name` is the enumerator's in lower case, with _ between its words.
constexpr bool Names(std::string_view name, std::string_view enumerator) {
  size_t at = 0;
  for (size_t i = 1; i < enumerator.size(); ++i) {
    const char letter = enumerator[i];
    const bool upper = letter >= 'A' && letter <= 'Z';
    if (upper && i > 1 && (at >= name.size() || name[at++] != '_')) return false;
    const char lower = upper ? static_cast<char>(letter - 'A' + 'a') : letter;
    if (at >= name.size() || name[at++] != lower) return false;
  }
  return enumerator.size() > 1 && at == name.size();
}

// Whether names[i] is the name of the enumerator with the value i, for all of them.
template <typename Enum, size_t kCount>
consteval bool NamesAllOf(const std::string_view (&names)[kCount]) {
  const auto all = [&]<size_t... kIndices>(std::index_sequence<kIndices...>) {
    return (Names(names[kIndices], EnumeratorOf<static_cast<Enum>(kIndices)>()) && ...);
  };
  return all(std::make_index_sequence<kCount>()) &&
         EnumeratorOf<static_cast<Enum>(kCount)>().empty();
}

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_BASE_ENUM_NAMES_H_
