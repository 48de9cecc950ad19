#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "conformance/report/page/page.h"
#include "conformance/report/page/page_testing.h"

// With the argument --one: of the first of the results only.
int main(int argc, char** argv) {
  std::vector<proctor::Results> results = proctor::PageSample();
  if (argc > 1 && std::strcmp(argv[1], "--one") == 0) results.resize(1);
  const std::string page = proctor::RenderPage(results);
  return std::fwrite(page.data(), 1, page.size(), stdout) == page.size() ? 0 : 1;
}
