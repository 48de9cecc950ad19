#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "conformance/contract/profile.h"
#include "conformance/implementations/reference/adapter.h"

int main(int argc, char** argv) {
  std::optional<proctor::Profile> profile = proctor::kDefaultProfile;
  if (argc == 3 && std::string_view(argv[1]) == "--profile") {
    profile = proctor::FindProfile(argv[2]);
  } else if (argc != 1) {
    profile.reset();
  }
  if (!profile) {
    fprintf(stderr, "usage: %s [--profile NAME], where NAME is %s\n", argv[0],
            proctor::ProfileNames().c_str());
    return EXIT_FAILURE;
  }
  return proctor::reference::RunAdapter(*profile);
}
