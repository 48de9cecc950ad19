// Foreign text: what a runtime, an adapter, a compiler or a file wrote, made fit for a medium. A
// version or a message may hold escape sequences, line breaks, marks that turn the direction of
// writing, bytes that are no UTF-8, markup, or a megabyte; none of it reaches a reader as such.
//
// Thread safety: plain functions.

#ifndef PROCTOR_CONFORMANCE_REPORT_FOREIGN_TEXT_H_
#define PROCTOR_CONFORMANCE_REPORT_FOREIGN_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "conformance/report/results.h"

namespace proctor {

enum class Medium {
  kTerminal,  // also code blocks of Markdown
  kXml,       // what writes the XML escapes < and &
  kMarkdown,  // running text and cells of tables
  kHtml,      // text and quoted attributes
};

inline constexpr size_t kForeignBytesMost = 4'000;

// One line of well-formed UTF-8 in which every character is visible and means itself, cut after
// `bytes_most` bytes. A line break or a tab becomes a space, any other character that may not stand
// there a question mark.
std::string Clean(std::string_view text, Medium medium, size_t bytes_most = kForeignBytesMost);

// The text up to a whole character within `bytes_most` bytes; it must be well-formed UTF-8.
std::string_view CutAt(std::string_view text, size_t bytes_most);

// The results with every foreign text in them cleaned: each renderer starts with this. Replay lines
// and scenarios stand in code blocks.
Results CleanResults(const Results& results, Medium medium);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_REPORT_FOREIGN_TEXT_H_
