// Any results as one HTML file: every element is closed in its turn, scripts are the page's own,
// and nothing in it hides or reorders.

#include "conformance/report/page/page.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <vector>

#include "fuzz/drawn_results.h"
#include "fuzz/fuzz_target.h"

namespace proctor {
namespace {

using fuzz::Require;

// Elements that have no end tag.
const std::set<std::string>& VoidElements() {
  static const std::set<std::string> names = {"area",   "base",  "br",    "col",  "embed",
                                              "hr",     "img",   "input", "link", "meta",
                                              "source", "track", "wbr"};
  return names;
}

// The page's elements, checked from the first to the last.
class Elements {
 public:
  explicit Elements(const std::string& page) : page_(page) {}

  void Check() {
    for (size_t at = page_.find('<'); at != std::string::npos; at = page_.find('<', at)) {
      at = Step(at);
    }
    Require(open_.empty(), "an element has no end", open_.empty() ? "" : open_.back());
  }
  int64_t scripts() const { return scripts_; }

 private:
  // The place behind the tag at `at`.
  size_t Step(size_t at) {
    const size_t end = page_.find('>', at);
    Require(end != std::string::npos, "a tag has no end", page_.substr(at, 80));
    if (page_[at + 1] == '!') return end + 1;  // the document's type, a comment
    const bool closes = page_[at + 1] == '/';
    std::string name;
    for (size_t i = at + (closes ? 2 : 1); i < end && isalnum(page_[i]) != 0; ++i) name += page_[i];
    Require(!name.empty(), "a tag without a name", page_.substr(at, 80));
    if (closes) {
      Require(!open_.empty() && open_.back() == name, "an end tag out of turn",
              page_.substr(at, 80));
      open_.pop_back();
      return end + 1;
    }
    if (VoidElements().contains(name) || page_[end - 1] == '/') return end + 1;
    if (name != "script" && name != "style") {
      open_.push_back(name);
      return end + 1;
    }
    // What is in these is no markup, up to the end tag.
    scripts_ += name == "script" ? 1 : 0;
    const std::string end_tag = "</" + name + ">";
    const size_t closed = page_.find(end_tag, end);
    Require(closed != std::string::npos, "a script or style without an end");
    return closed + end_tag.size();
  }

  const std::string& page_;
  std::vector<std::string> open_;
  int64_t scripts_ = 0;
};

int64_t ScriptsOf(const std::vector<Results>& results) {
  const std::string page = RenderPage(results);
  Elements elements(page);
  elements.Check();
  return elements.scripts();
}

// Without the library of the charts, whose text is not ours.
std::string OwnText(std::string page) {
  const size_t begin = page.find("/*!\n * Chart.js");
  Require(begin != std::string::npos, "the page has no charts");
  return page.erase(begin, page.find("</script>", begin) - begin);
}

}  // namespace
}  // namespace proctor

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace proctor;
  static const int64_t scripts = ScriptsOf({{.implementation = "go", .version = "1"}});
  fuzz::ByteSource bytes(data, size);
  std::vector<Results> results = {fuzz::DrawResults(bytes)};
  if (!bytes.empty()) results.push_back(fuzz::DrawResults(bytes));
  Require(ScriptsOf(results) == scripts, "a script that is not the page's own");
  fuzz::RequireClean(OwnText(RenderPage(results)), "a page with what may not be shown");
  return 0;
}
